import EventEngine
import ModelGraph

/// What a device's own measurements of one operator class say beyond the fitted formula: the expected logarithm of
/// measured over modelled time, as a function of the logarithms of the shape.
///
/// The mean of a Gaussian process with a Matern kernel of smoothness 3/2. It says nothing outside the box of the
/// shapes that were measured: there, its factor is exactly 1.
public struct ResidualSurface: Sendable, Equatable {
    /// Measured shapes, row by row: see ``coordinates(of:)``.
    public let points: [[Double]]
    /// Length over which each coordinate matters, in its logarithm.
    public let lengths: [Double]
    /// Weight of each point's kernel.
    public let weights: [Double]
    private let lower: [Double]
    private let upper: [Double]

    /// - Precondition: as many weights as points, at least one, and as many lengths as coordinates.
    public init(points: [[Double]], lengths: [Double], weights: [Double]) {
        precondition(!points.isEmpty && points.count == weights.count, "a weight for each point")
        precondition(points.allSatisfy { $0.count == lengths.count }, "a length for each coordinate")
        (self.points, self.lengths, self.weights) = (points, lengths, weights)
        lower = lengths.indices.map { axis in points.map { $0[axis] }.min() ?? 0 }
        upper = lengths.indices.map { axis in points.map { $0[axis] }.max() ?? 0 }
    }

    /// Whether a shape lies within the range of the measured ones along every coordinate.
    public func contains(_ point: [Double]) -> Bool {
        point.count == lengths.count && point.indices.allSatisfy {
            point[$0] >= lower[$0] - 1e-9 && point[$0] <= upper[$0] + 1e-9
        }
    }

    /// The least and the greatest measured value of a coordinate.
    func range(of axis: Int) -> (low: Double, high: Double) { (lower[axis], upper[axis]) }

    /// Where a surface has the experts of one rank.
    /// - Parameter numbers: as ``StepOperators/expertNumbers(tokens:)`` gives them.
    public static func expertCoordinates(_ numbers: [Int]) -> [Double] {
        numbers.map { PortableMath.log(Double(max(1, $0))) }
    }

    /// Measured over modelled time at a shape; 1 outside the range.
    public func factor(at point: [Double]) -> Double {
        guard contains(point) else { return 1 }
        var sum = 0.0
        for (other, weight) in zip(points, weights) { sum += weight * Self.kernel(point, other, lengths) }
        return PortableMath.exp(sum)
    }

    /// `(1 + a) exp(-a)` with `a = sqrt(3)` times the distance in units of the lengths.
    public static func kernel(_ point: [Double], _ other: [Double], _ lengths: [Double]) -> Double {
        var squares = 0.0
        for axis in lengths.indices {
            let distance = (point[axis] - other[axis]) / lengths[axis]
            squares += distance * distance
        }
        let a = (3 * squares).squareRoot()
        return (1 + a) * PortableMath.exp(-a)
    }

    /// Logarithms of what tells the shapes of a class apart; nil for kernels without a surface.
    public static func coordinates(of shape: OperatorShape) -> [Double]? {
        let numbers: [Double]
        switch shape {
        case .gemm(let m, let n, let k): numbers = [Double(m), Double(n), Double(k)]
        case .prefillAttention(let pairs, _, _, let queries, let keys, let heads):
            numbers = [pairs / Double(queries), Double(queries), Double(keys) / Double(queries)]
                + [heads.query, heads.keyValue, heads.keySize].map(Double.init)
        case .decodeAttention(let sequences, let keys, let heads, _):
            // Sequences and heads in the way in which they share the cores.
            numbers = [Double(keys) / Double(max(1, sequences)), Double(sequences * heads.keyValue)]
                + [Double(heads.query) / Double(heads.keyValue), Double(heads.keyValue), Double(heads.keySize)]
        case .allReduce(let bytes, let ranks): numbers = [bytes, Double(ranks)]
        case .batchedGemm, .groupedGemm, .elementwise, .allGather, .sendReceive: return nil
        }
        return numbers.map { PortableMath.log(max($0, 1e-9)) }
    }
}
