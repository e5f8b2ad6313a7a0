import EventEngine
import Timing

/// What is believed of the three parameters of an operator class before any measurement.
public struct ParameterPrior: Sendable, Equatable {
    /// Standard deviation of a logarithm that is known within a factor 1.5.
    public static let factor = 0.405

    /// Medians: shares of the peaks, and nanoseconds of one launch.
    public var compute: Double
    public var memory: Double
    public var setup: Double
    /// Standard deviations of their logarithms.
    public var deviations: [Double]
    /// Scatter of a kernel around the model, in logarithms: how much one sample says against the prior, and from
    /// where on it counts as an outlier.
    public var scatter: Double
}

/// Three numbers for one operator class: the most probable ones given measurements and the prior.
///
/// Minimises `sum of soft-L1(ln(model / measured) / scatter) + sum of ((theta - mu) / sd)^2` over the logarithms of
/// the two efficiencies and the setup time, efficiencies at most 1, by Levenberg and Marquardt's method from two
/// starts. The exponent that joins arithmetic and memory is the timing model's and is not fitted.
public struct EfficiencyFit: Sendable, Equatable {
    public var computeEfficiency: Double
    public var memoryEfficiency: Double
    public var setupNanoseconds: Double
    /// Samples that the fit saw.
    public var samples: Int

    /// The prior's own numbers: nothing measured.
    public init(_ prior: ParameterPrior) {
        (computeEfficiency, memoryEfficiency, setupNanoseconds) = (prior.compute, prior.memory, prior.setup)
        samples = 0
    }

    public init(_ measured: [(resources: ResourceTimes, seconds: Double)], prior: ParameterPrior) {
        let problem = FitProblem(measured, prior)
        let center = problem.center
        let slow = [center[0] - 0.5, center[1] - 0.5, center[2] + 1]
        let results = [problem.minimum(from: center), problem.minimum(from: slow)]
        let best = results[0].cost <= results[1].cost ? results[0].theta : results[1].theta
        computeEfficiency = min(1, PortableMath.exp(best[0]))
        memoryEfficiency = min(1, PortableMath.exp(best[1]))
        setupNanoseconds = PortableMath.exp(best[2])
        samples = measured.count
    }

    /// The model's time, in seconds.
    public func seconds(_ resources: ResourceTimes) -> Double {
        resources.nanoseconds(computeEfficiency, memoryEfficiency, setupNanoseconds) / 1e9
    }
}

/// The function to minimise, with its gradient.
struct FitProblem {
    let center: [Double]
    private let weights: [Double]
    private let scatter: Double
    private let rows: [(resources: ResourceTimes, logarithm: Double)]

    init(_ measured: [(resources: ResourceTimes, seconds: Double)], _ prior: ParameterPrior) {
        center = [prior.compute, prior.memory, prior.setup].map(PortableMath.log)
        weights = prior.deviations.map { 1 / ($0 * $0) }
        scatter = prior.scatter
        rows = measured.map { ($0.resources, PortableMath.log($0.seconds * 1e9)) }
    }

    /// Levenberg and Marquardt: damped Gauss-Newton steps, the damping following success.
    func minimum(from start: [Double]) -> (theta: [Double], cost: Double) {
        var theta = start
        var state = linearised(theta)
        var damping = 1e-3
        for _ in 0..<60 {
            var trial = theta
            let step = solve(state.matrix, state.gradient, damping, free: free(theta, state.gradient))
            for index in 0..<3 { trial[index] -= step[index] }
            for index in 0..<2 { trial[index] = min(0, trial[index]) }
            let next = linearised(trial)
            if next.cost < state.cost {
                let gain = state.cost - next.cost
                (theta, state, damping) = (trial, next, damping / 4)
                if gain < 1e-10 * (1 + next.cost) { break }
            } else {
                damping *= 8
                if damping > 1e9 { break }
            }
        }
        return (theta, state.cost)
    }

    /// Parameters that may move: not an efficiency of 1 that wants to grow.
    private func free(_ theta: [Double], _ gradient: [Double]) -> [Bool] {
        (0..<3).map { $0 == 2 || theta[$0] < 0 || gradient[$0] > 0 }
    }

    /// Cost, gradient and Gauss-Newton matrix at a point. Soft-L1: `2 (sqrt(1 + z^2) - 1)`.
    private func linearised(_ theta: [Double]) -> (cost: Double, gradient: [Double], matrix: [[Double]]) {
        let (compute, memory) = (PortableMath.exp(theta[0]), PortableMath.exp(theta[1]))
        let setup = PortableMath.exp(theta[2])
        var cost = 0.0, gradient = [0.0, 0, 0]
        var matrix = [[0.0, 0, 0], [0, 0, 0], [0, 0, 0]]
        for row in rows {
            let terms = row.resources
            let total = terms.nanoseconds(compute, memory, setup)
            let (arithmetic, bytes) = (terms.compute / compute, terms.memory / memory)
            let isSum = terms.combination == .sum
            let slopes = [
                isSum || arithmetic >= bytes ? -arithmetic / total : 0,
                isSum || arithmetic < bytes ? -bytes / total : 0, terms.launches * setup / total,
            ].map { $0 / scatter }
            let residual = (PortableMath.log(total) - row.logarithm) / scatter
            let root = (1 + residual * residual).squareRoot()
            cost += 2 * (root - 1)
            for i in 0..<3 {
                gradient[i] += slopes[i] * residual / root
                for j in 0..<3 { matrix[i][j] += slopes[i] * slopes[j] / root }
            }
        }
        for i in 0..<3 {
            let offset = theta[i] - center[i]
            cost += weights[i] * offset * offset
            gradient[i] += weights[i] * offset
            matrix[i][i] += weights[i]
        }
        return (cost, gradient, matrix)
    }

    /// The damped step by elimination; the matrix is positive definite through the prior.
    private func solve(_ matrix: [[Double]], _ gradient: [Double], _ damping: Double, free: [Bool]) -> [Double] {
        var a = matrix, b = gradient
        for i in 0..<3 {
            a[i][i] *= 1 + damping
            guard !free[i] else { continue }
            for j in 0..<3 { (a[i][j], a[j][i]) = (0, 0) }
            (a[i][i], b[i]) = (1, 0)
        }
        for pivot in 0..<2 {
            for row in (pivot + 1)..<3 {
                let factor = a[row][pivot] / a[pivot][pivot]
                for column in pivot..<3 { a[row][column] -= factor * a[pivot][column] }
                b[row] -= factor * b[pivot]
            }
        }
        for row in [2, 1, 0] {
            for column in (row + 1)..<3 { b[row] -= a[row][column] * b[column] }
            b[row] /= a[row][row]
        }
        return b
    }
}
