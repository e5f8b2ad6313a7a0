/// What a step of the host's server takes beside its kernels:
/// `step + per sequence x rows of logits + per token x tokens`.
public struct HostOverhead: Sendable, Equatable {
    /// Nanoseconds, none negative.
    public var step = 0.0
    /// Nanoseconds for each row of logits.
    public var perSequence = 0.0
    /// Nanoseconds for each token.
    public var perToken = 0.0

    /// Least squares over steps of several shapes; a term that would be negative is left out.
    public init(_ steps: [HostMeasurements.Step]) {
        let rows = steps.map { [1, Double($0.logitRows), Double($0.tokens)] }
        let values = steps.map { max(0, $0.overheadSeconds) * 1e9 }
        var terms = [0, 1, 2]
        while !terms.isEmpty {
            guard let found = Self.leastSquares(rows.map { row in terms.map { row[$0] } }, values) else {
                terms.removeLast()
                continue
            }
            if let negative = found.indices.filter({ found[$0] < 0 }).min(by: { found[$0] < found[$1] }) {
                terms.remove(at: negative)
                continue
            }
            for (place, term) in terms.enumerated() {
                switch term {
                case 0: step = found[place]
                case 1: perSequence = found[place]
                default: perToken = found[place]
                }
            }
            return
        }
    }

    /// Solves the normal equations; nil where the rows do not tell the terms apart.
    private static func leastSquares(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
        guard let count = rows.first?.count else { return nil }
        var matrix = Array(repeating: 0.0, count: count * count), right = Array(repeating: 0.0, count: count)
        for (row, value) in zip(rows, values) {
            for i in 0..<count {
                right[i] += row[i] * value
                for j in 0..<count { matrix[i * count + j] += row[i] * row[j] }
            }
        }
        return CholeskyFactor(matrix, count: count)?.solve(right)
    }
}
