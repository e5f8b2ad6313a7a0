import EventEngine
import Testing

@testable import TensorKernels

@Suite struct RotaryTests {
    static let pairings: [Rotary.Pairing] = [.halves, .neighbours]

    @Test(arguments: pairings, [2, 6, 16, 22, 64])
    func isThatOfDoublePrecision(pairing: Rotary.Pairing, size: Int) {
        let positions = [0, 3, 97], heads = 2, headStride = size + 3
        let input = randomNumbers(positions.count * heads * headStride, "x")
        var values = input
        Rotary(size: size, base: 1000, positions: 100, pairing: pairing).apply(
            &values, heads: heads, headStride: headStride, tokenStride: heads * headStride, positions: positions)
        var exact = input.map(Double.init)
        for (token, position) in positions.enumerated() {
            for head in 0..<heads {
                for pair in 0..<(size / 2) {
                    let start = (token * heads + head) * headStride
                    let first = start + (pairing == .halves ? pair : 2 * pair)
                    let second = start + (pairing == .halves ? pair + size / 2 : 2 * pair + 1)
                    let angle = Double(position) * PortableMath.pow(1000, -2 * Double(pair) / Double(size))
                    let (x, y) = (exact[first], exact[second])
                    exact[first] = x * PortableMath.cos(angle) - y * PortableMath.sin(angle)
                    exact[second] = y * PortableMath.cos(angle) + x * PortableMath.sin(angle)
                }
            }
        }
        #expect(relativeError(values, exact) < 1e-6)
    }

    /// What attention is after: scores depend on the distance of positions alone.
    @Test(arguments: pairings)
    func productsDependOnDistance(pairing: Rotary.Pairing) {
        let rotary = Rotary(size: 32, positions: 1000, pairing: pairing)
        let query = randomNumbers(32, "q"), key = randomNumbers(32, "k")
        func score(_ first: Int, _ second: Int) -> Float {
            var q = query, k = key
            rotary.apply(&q, heads: 1, headStride: 32, tokenStride: 32, positions: [first])
            rotary.apply(&k, heads: 1, headStride: 32, tokenStride: 32, positions: [second])
            return VectorMath.dot(q, k, 32)
        }
        #expect((score(17, 5) - score(912, 900)).magnitude < 1e-4)
        #expect((score(17, 5) - score(17, 9)).magnitude > 1e-3)
    }
}
