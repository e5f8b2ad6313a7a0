import EventEngine
import Timing

/// A residual surface through a device's own measurements.
///
/// The lengths and the share of noise are those of the greatest marginal likelihood, found along one coordinate
/// after another on a grid of factors; the surface's scale follows in closed form.
enum ResidualFit {
    /// Samples below which a surface would follow noise.
    static let fewest = 64
    /// Samples above which more say little and cost much.
    static let most = 192

    private static let factors = [0.25, 0.5, 2, 4]
    private static let noises = [0.003, 0.01, 0.03, 0.1, 0.3, 1]

    /// Robust standard deviations beyond which a residual is an outlier: engines have shapes with a kernel of their
    /// own, which would pull a smooth surface far from their neighbours. It counts as one that just is none.
    private static let outlier = 2.0

    /// - Parameters:
    ///   - points: shapes, as logarithms.
    ///   - residuals: logarithms of measured over modelled time.
    /// - Returns: nil for fewer than ``fewest`` samples, or where no surface explains them better than noise does.
    static func surface(_ points: [[Double]], _ residuals: [Double]) -> ResidualSurface? {
        guard points.count >= fewest, let axes = points.first?.count else { return nil }
        let chosen = points.count <= most ? Array(points.indices) : (0..<most).map { $0 * points.count / most }
        let (points, residuals) = (chosen.map { points[$0] }, Self.tamed(chosen.map { residuals[$0] }))
        var lengths = Array(repeating: 2.0, count: axes), noise = 0.1
        guard var best = likelihood(points, residuals, lengths, noise) else { return nil }
        for _ in 0..<2 {
            for axis in 0..<axes {
                let start = lengths[axis]
                for factor in factors {
                    var trial = lengths
                    trial[axis] = start * factor
                    guard let found = likelihood(points, residuals, trial, noise), found.cost < best.cost
                    else { continue }
                    (lengths, best) = (trial, found)
                }
            }
            for trial in noises {
                guard let found = likelihood(points, residuals, lengths, trial), found.cost < best.cost
                else { continue }
                (noise, best) = (trial, found)
            }
        }
        return ResidualSurface(points: points, lengths: lengths, weights: best.weights)
    }

    private static func tamed(_ residuals: [Double]) -> [Double] {
        let center = residuals.sorted().median
        let spread = 1.4826 * residuals.map { abs($0 - center) }.sorted().median
        guard spread > 0 else { return residuals }
        return residuals.map { min(center + outlier * spread, max(center - outlier * spread, $0)) }
    }

    /// Negative logarithm of the likelihood, with a weak preference for lengths of a factor of e squared.
    private static func likelihood(
        _ points: [[Double]], _ residuals: [Double], _ lengths: [Double], _ noise: Double
    ) -> (cost: Double, weights: [Double])? {
        let count = points.count
        var matrix = Array(repeating: 0.0, count: count * count)
        for row in 0..<count {
            for column in 0..<row {
                matrix[row * count + column] = ResidualSurface.kernel(points[row], points[column], lengths)
            }
            matrix[row * count + row] = 1 + noise
        }
        guard let factor = CholeskyFactor(matrix, count: count) else { return nil }
        let weights = factor.solve(residuals)
        let scale = zip(weights, residuals).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
        guard scale > 0 else { return nil }
        let preference = lengths.reduce(0) { sum, length in
            let offset = PortableMath.log(length / 2)
            return sum + 0.5 * offset * offset
        }
        return (Double(count) / 2 * PortableMath.log(scale) + factor.logDeterminant / 2 + preference, weights)
    }
}

/// `L` with `L L^T` a positive definite matrix.
struct CholeskyFactor {
    private var lower: [Double]
    private let count: Int

    /// - Parameter matrix: row by row; only the lower triangle is read.
    /// - Returns: nil where the matrix is not positive definite.
    init?(_ matrix: [Double], count: Int) {
        self.count = count
        lower = matrix
        for row in 0..<count {
            for column in 0...row {
                var sum = lower[row * count + column]
                for k in 0..<column { sum -= lower[row * count + k] * lower[column * count + k] }
                if row == column {
                    guard sum > 0 else { return nil }
                    lower[row * count + row] = sum.squareRoot()
                } else {
                    lower[row * count + column] = sum / lower[column * count + column]
                }
            }
        }
    }

    var logDeterminant: Double {
        (0..<count).reduce(0) { $0 + 2 * PortableMath.log(lower[$1 * count + $1]) }
    }

    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for row in 0..<count {
            for k in 0..<row { x[row] -= lower[row * count + k] * x[k] }
            x[row] /= lower[row * count + row]
        }
        for row in (0..<count).reversed() {
            for k in (row + 1)..<count { x[row] -= lower[k * count + row] * x[k] }
            x[row] /= lower[row * count + row]
        }
        return x
    }
}
