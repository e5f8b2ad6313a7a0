import EventEngine

/// Rotary position embedding (Su et al. 2021, arXiv:2104.09864): pair `i` of a head turns by the angle
/// `position x base^(-2i / size)`.
public struct Rotary: Sendable {
    /// Which two numbers of a head turn together.
    public enum Pairing: Sendable {
        /// `i` and `i + size / 2`, as in Llama and Qwen.
        case halves
        /// `2i` and `2i + 1`, as in DeepSeek.
        case neighbours
    }

    /// Numbers that turn, from the start of a head.
    public let size: Int
    /// Which two numbers of a head turn together.
    public let pairing: Pairing
    /// Positions that the table holds.
    public let positions: Int
    private let cosines: [Float]
    private let sines: [Float]

    /// A table for positions `0 ..< positions`.
    /// - Precondition: `size` is even.
    public init(size: Int, base: Double = 10_000, positions: Int, pairing: Pairing = .halves) {
        precondition(size > 0 && size % 2 == 0, "numbers turn in pairs")
        self.size = size
        self.pairing = pairing
        self.positions = positions
        let half = size / 2
        let frequencies = (0..<half).map { PortableMath.pow(base, -2 * Double($0) / Double(size)) }
        var cosines = [Float](repeating: 0, count: positions * half), sines = cosines
        for position in 0..<positions {
            for (pair, frequency) in frequencies.enumerated() {
                cosines[position * half + pair] = Float(PortableMath.cos(Double(position) * frequency))
                sines[position * half + pair] = Float(PortableMath.sin(Double(position) * frequency))
            }
        }
        self.cosines = cosines
        self.sines = sines
    }

    /// Turns `heads` heads of each token in place.
    ///
    /// - Parameters:
    ///   - values: the first head of the first token; heads are `headStride` numbers apart, tokens `tokenStride`.
    ///   - tokenPositions: the position of each token.
    /// - Precondition: every position is in the table.
    public func apply(
        _ values: UnsafeMutablePointer<Float>, heads: Int, headStride: Int, tokenStride: Int,
        positions tokenPositions: [Int]
    ) {
        let half = size / 2
        cosines.withUnsafeBufferPointer { cosines in
            sines.withUnsafeBufferPointer { sines in
                guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
                for (token, position) in tokenPositions.enumerated() {
                    precondition((0..<positions).contains(position), "a position outside the table")
                    for head in 0..<heads {
                        let start = values + token * tokenStride + head * headStride
                        turn(start, cosines + position * half, sines + position * half)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func turn(
        _ head: UnsafeMutablePointer<Float>, _ cosines: UnsafePointer<Float>, _ sines: UnsafePointer<Float>
    ) {
        let half = size / 2
        switch pairing {
        case .halves:
            var index = 0
            while index + 8 <= half {
                let cosine = VectorMath.load8(cosines, index), sine = VectorMath.load8(sines, index)
                let x = VectorMath.load8(head, index), y = VectorMath.load8(head, index + half)
                VectorMath.store(x * cosine - y * sine, head, index)
                VectorMath.store(y * cosine + x * sine, head, index + half)
                index += 8
            }
            while index < half {
                let x = head[index], y = head[index + half]
                head[index] = x * cosines[index] - y * sines[index]
                head[index + half] = y * cosines[index] + x * sines[index]
                index += 1
            }
        case .neighbours:
            for index in 0..<half {
                let x = head[2 * index], y = head[2 * index + 1]
                head[2 * index] = x * cosines[index] - y * sines[index]
                head[2 * index + 1] = y * cosines[index] + x * sines[index]
            }
        }
    }
}
