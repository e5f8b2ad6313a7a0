import EventEngine
import JSONText

/// All combinations of the axes' values, numbered with the first axis varying slowest.
struct SweepGrid: Sendable {
    /// Most points of a sweep.
    static let largest = 100_000_000
    /// Most combinations that are held against a condition one by one.
    static let largestFiltered = 10_000_000

    private let axes: [SweepAxis]

    init(_ axes: [SweepAxis]) { self.axes = axes }

    /// Number of combinations; nil when it is beyond 64 bits.
    var count: Int? {
        axes.reduce(1) { product, axis in
            product.flatMap {
                let (next, overflows) = $0.multipliedReportingOverflow(by: axis.count)
                return overflows ? nil : next
            }
        }
    }

    /// The settings of a combination.
    func settings(of cell: Int) -> [SweepSetting] {
        zip(axes, steps(of: cell)).flatMap { $0.settings(at: $1) }
    }

    /// Where a combination stands on each axis.
    func steps(of cell: Int) -> [Int] {
        var rest = cell
        var steps = Array(repeating: 0, count: axes.count)
        for index in axes.indices.reversed() {
            steps[index] = rest % axes[index].count
            rest /= axes[index].count
        }
        return steps
    }

    /// The combinations that the condition and the sampling leave, in their order; nil for all.
    func chosen(_ specification: SweepSpecification, _ base: SweepBase) throws(JSONProblems) -> [Int]? {
        if let sample = specification.sample { return try sampled(sample, specification, base) }
        guard let condition = specification.condition else { return nil }
        guard let count, count <= Self.largestFiltered else {
            throw JSONProblems([JSONProblem(
                message: "more than \(Self.largestFiltered) combinations to hold against \"where\"",
                remedy: "zip axes that belong together, or sample")])
        }
        var cells: [Int] = []
        for cell in 0..<count where try holds(condition, cell, specification, base) { cells.append(cell) }
        return cells
    }

    private func holds(
        _ condition: SweepCondition?, _ cell: Int, _ specification: SweepSpecification, _ base: SweepBase
    ) throws(JSONProblems) -> Bool {
        guard let condition else { return true }
        let scenario = try base.scenario(specification.fixed + settings(of: cell))
        do {
            return try condition.holds(for: scenario.merged(variant: specification.variant))
        } catch {
            throw JSONProblems([error])
        }
    }

    /// Different combinations that meet the condition, in the order in which they are drawn, so that the first
    /// hundred of a thousand are a sample themselves.
    private func sampled(
        _ sample: SweepSample, _ specification: SweepSpecification, _ base: SweepBase
    ) throws(JSONProblems) -> [Int] {
        guard count != nil else {
            throw JSONProblems([JSONProblem(
                message: "more combinations than 64 bits count", remedy: "shorten the axes")])
        }
        var draws = SweepDraws(sample, dimensions: axes.count)
        var seen: Set<Int> = [], cells: [Int] = []
        // A fruitless draw is a combination seen before or refused; after so many, what is left is too rare.
        var fruitless = 0
        while cells.count < sample.count, fruitless < 1000 + 100 * sample.count, seen.count < count ?? 0 {
            let cell = zip(axes, draws.next()).reduce(0) { cell, part in
                cell * part.0.count + min(part.0.count - 1, Int(part.1 * Double(part.0.count)))
            }
            if seen.insert(cell).inserted, try holds(specification.condition, cell, specification, base) {
                cells.append(cell)
            } else {
                fruitless += 1
            }
        }
        return cells
    }
}

/// Points of the unit cube.
///
/// R2 is the additive recurrence on powers of the inverse of the generalised golden ratio g, the positive root of
/// g^(d+1) = g + 1 (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences"), shifted by a seeded
/// random vector (Cranley and Patterson 1976).
struct SweepDraws {
    private let kind: SweepSample.Kind
    private var stream: RandomStream
    private var position: [Double]
    private var increments: [Double]

    init(_ sample: SweepSample, dimensions: Int) {
        kind = sample.kind
        var stream = RandomStream(seed: sample.seed, name: "sweep.sample")
        position = (0..<dimensions).map { _ in stream.uniform() }
        self.stream = stream
        let inverse = 1 / Self.ratio(dimensions)
        var power = 1.0
        increments = (0..<dimensions).map { _ in
            power *= inverse
            return power
        }
    }

    /// The next point.
    mutating func next() -> [Double] {
        switch kind {
        case .random:
            return position.indices.map { _ in stream.uniform() }
        case .evenly:
            for index in position.indices {
                position[index] += increments[index]
                if position[index] >= 1 { position[index] -= 1 }
            }
            return position
        }
    }

    /// The generalised golden ratio, by Newton's method from above.
    static func ratio(_ dimensions: Int) -> Double {
        var ratio = 2.0
        for _ in 0..<64 {
            var power = 1.0
            for _ in 0..<dimensions { power *= ratio }
            ratio -= (power * ratio - ratio - 1) / (Double(dimensions + 1) * power - 1)
        }
        return ratio
    }
}
