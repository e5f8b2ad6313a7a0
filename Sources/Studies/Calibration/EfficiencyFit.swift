import EventEngine
import Timing

/// What is believed of the parameters of an operator class before any measurement.
public struct ParameterPrior: Sendable, Equatable {
    /// Standard deviation of a logarithm that is known within a factor 1.5.
    public static let factor = 0.405

    /// Medians.
    public var parameters: ClassParameters
    /// Standard deviations of their logarithms, in the order of ``ClassParameters``; those beyond the first three
    /// are there for classes that have such a parameter.
    public var deviations: [Double]
    /// Scatter of a kernel around the model, in logarithms: how much one sample says against the prior, and from
    /// where on it counts as an outlier.
    public var scatter: Double
}

/// The numbers of one operator class: the most probable ones given measurements and the prior.
///
/// Minimises `sum of soft-L1(ln(model / measured) / scatter) + sum of ((theta - mu) / sd)^2` over the logarithms of
/// the parameters, shares at most 1, by Levenberg and Marquardt's method from two starts. The exponent that joins
/// arithmetic and memory is the timing model's and is not fitted.
public struct EfficiencyFit: Sendable, Equatable {
    /// The numbers.
    public var parameters: ClassParameters
    /// Samples that the fit saw.
    public var samples: Int

    /// Reached share of the peak arithmetic rate.
    public var computeEfficiency: Double { parameters.compute }
    /// Reached share of the memory bandwidth, or of the link's.
    public var memoryEfficiency: Double { parameters.memory }
    /// Nanoseconds of one launch.
    public var setupNanoseconds: Double { parameters.setup }

    /// The prior's own numbers: nothing measured.
    public init(_ prior: ParameterPrior) { (parameters, samples) = (prior.parameters, 0) }

    /// The most probable numbers given measured kernels, in seconds, and what was believed before.
    public init(_ measured: [(resources: ResourceTimes, seconds: Double)], prior: ParameterPrior) {
        let problem = FitProblem(measured, prior)
        var slow = problem.center
        for (index, offset) in [-0.5, -0.5, 1].enumerated() { slow[index] += offset }
        let results = [problem.minimum(from: problem.center), problem.minimum(from: slow)]
        let best = results[0].cost <= results[1].cost ? results[0].theta : results[1].theta
        parameters = problem.parameters(best)
        samples = measured.count
    }

    /// The model's time, in seconds.
    public func seconds(_ resources: ResourceTimes) -> Double { resources.nanoseconds(parameters) / 1e9 }
}

/// The function to minimise.
struct FitProblem {
    let center: [Double]
    private let prior: ParameterPrior
    private let weights: [Double]
    private let rows: [(resources: ResourceTimes, logarithm: Double)]
    private let count: Int

    init(_ measured: [(resources: ResourceTimes, seconds: Double)], _ prior: ParameterPrior) {
        self.prior = prior
        count = prior.deviations.count
        let medians = prior.parameters
        center = [medians.compute, medians.memory, medians.setup, medians.extra, medians.second, medians.depth]
            .prefix(count)
            .map(PortableMath.log)
        weights = prior.deviations.map { 1 / ($0 * $0) }
        rows = measured.map { ($0.resources, PortableMath.log($0.seconds * 1e9)) }
    }

    /// The parameters whose logarithms are given; those that are not fitted have the prior's values.
    func parameters(_ theta: [Double]) -> ClassParameters {
        var result = prior.parameters
        result.compute = min(1, PortableMath.exp(theta[0]))
        result.memory = min(1, PortableMath.exp(theta[1]))
        result.setup = PortableMath.exp(theta[2])
        if count > 3 { result.extra = PortableMath.exp(theta[3]) }
        if count > 4 { result.second = min(1, PortableMath.exp(theta[4])) }
        if count > 5 { result.depth = PortableMath.exp(theta[5]) }
        return result
    }

    /// Whether a parameter is a share, which is at most 1.
    private func isShare(_ index: Int) -> Bool { index < 2 || index == 4 }

    /// Levenberg and Marquardt: damped Gauss-Newton steps, the damping following success.
    func minimum(from start: [Double]) -> (theta: [Double], cost: Double) {
        var theta = bounded(start)
        var state = linearised(theta)
        var damping = 1e-3
        for _ in 0..<60 {
            let step = solve(state.matrix, state.gradient, damping, free: free(theta, state.gradient))
            let trial = bounded(zip(theta, step).map { $0 - $1 })
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

    private func bounded(_ theta: [Double]) -> [Double] {
        theta.enumerated().map { isShare($0.offset) ? min(0, $0.element) : $0.element }
    }

    /// Parameters that may move: not a share of 1 that wants to grow.
    private func free(_ theta: [Double], _ gradient: [Double]) -> [Bool] {
        (0..<count).map { !isShare($0) || theta[$0] < 0 || gradient[$0] > 0 }
    }

    /// Cost, gradient and Gauss-Newton matrix at a point. Soft-L1: `2 (sqrt(1 + z^2) - 1)`. Slopes are differences
    /// over a thousandth towards smaller values, which are always allowed.
    private func linearised(_ theta: [Double]) -> (cost: Double, gradient: [Double], matrix: [[Double]]) {
        let here = parameters(theta)
        let neighbours = (0..<count).map { index in
            var other = theta
            other[index] -= Self.difference
            return parameters(other)
        }
        var cost = 0.0, gradient = Array(repeating: 0.0, count: count)
        var matrix = Array(repeating: gradient, count: count)
        var slopes = gradient
        for row in rows {
            let total = row.resources.nanoseconds(here)
            for index in 0..<count {
                let other = row.resources.nanoseconds(neighbours[index])
                slopes[index] = (total - other) / (total * Self.difference * prior.scatter)
            }
            let residual = (PortableMath.log(total) - row.logarithm) / prior.scatter
            let root = (1 + residual * residual).squareRoot()
            cost += 2 * (root - 1)
            for i in 0..<count {
                gradient[i] += slopes[i] * residual / root
                for j in 0..<count { matrix[i][j] += slopes[i] * slopes[j] / root }
            }
        }
        for i in 0..<count {
            let offset = theta[i] - center[i]
            cost += weights[i] * offset * offset
            gradient[i] += weights[i] * offset
            matrix[i][i] += weights[i]
        }
        return (cost, gradient, matrix)
    }

    private static let difference = 1e-3

    /// The damped step by elimination; the matrix is positive definite through the prior.
    private func solve(_ matrix: [[Double]], _ gradient: [Double], _ damping: Double, free: [Bool]) -> [Double] {
        var a = matrix, b = gradient
        for i in 0..<count {
            a[i][i] *= 1 + damping
            guard !free[i] else { continue }
            for j in 0..<count { (a[i][j], a[j][i]) = (0, 0) }
            (a[i][i], b[i]) = (1, 0)
        }
        for pivot in 0..<(count - 1) {
            for row in (pivot + 1)..<count {
                let factor = a[row][pivot] / a[pivot][pivot]
                for column in pivot..<count { a[row][column] -= factor * a[pivot][column] }
                b[row] -= factor * b[pivot]
            }
        }
        for row in (0..<count).reversed() {
            for column in (row + 1)..<count { b[row] -= a[row][column] * b[column] }
            b[row] /= a[row][row]
        }
        return b
    }
}
