@testable import JSONText

/// SplitMix64: a seeded source of random cases.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Random values with everything that is hard to write: control characters, quotes, large and tiny
/// numbers, empty containers, keys with dots.
extension JSONValue {
    static func random(_ generator: inout SeededGenerator, depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2:
            return .integer(
                Int64(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0...63, using: &generator)))
        case 3: return .real(randomDouble(&generator))
        case 4: return .string(randomText(&generator))
        case 5:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in random(&generator, depth: depth - 1) })
        default:
            let count = Int.random(in: 0...(depth == 4 ? 24 : 4), using: &generator)
            let members = (0..<count).map { _ in
                // No NUL: libjansson refuses it in keys.
                (randomText(&generator).filter { $0 != "\0" }, random(&generator, depth: depth - 1))
            }
            return .object(JSONObject(members))
        }
    }

    static func randomDouble(_ generator: inout SeededGenerator) -> Double {
        while true {
            let value =
                Bool.random(using: &generator)
                ? Double(bitPattern: generator.next())
                : Double(Int.random(in: -1000...1000, using: &generator)) / 8
            if value.isFinite { return value }
        }
    }

    static func randomText(_ generator: inout SeededGenerator) -> String {
        let alphabet: [Character] = Array("ab.z[]\"'\\/ \n\t\0\u{1}\u{7F}é漢😀\u{2028}")
        let count = Int.random(in: 0...6, using: &generator)
        return String((0..<count).compactMap { _ in alphabet.randomElement(using: &generator) })
    }

    /// Paths of all values inside, the root first.
    var allPaths: [JSONPath] {
        var paths: [JSONPath] = []
        var pending: [(JSONPath, JSONValue)] = [(.root, self)]
        while let (path, value) = pending.popLast() {
            paths.append(path)
            switch value {
            case .array(let elements):
                pending += elements.enumerated().map { (path.appending(index: $0), $1) }
            case .object(let members):
                pending += members.map { (path.appending(key: $0.key), $0.value) }
            default: break
            }
        }
        return paths
    }
}
