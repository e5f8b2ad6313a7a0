import EventEngine

/// Steps that are alike: those with or without prompts whose sizes lie in given ranges.
public struct StepStratum: Sendable, Equatable {
    /// Whether its steps compute parts of prompts.
    public var hasPrefill: Bool
    /// Half-open ranges of ``StepFeatures/axes``; the last bound of an axis is `Int64.max`.
    public var ranges: [Range<Int64>]

    /// Whether a step belongs here.
    public func contains(_ step: StepFeatures) -> Bool {
        step.hasPrefill == hasPrefill
            && zip(ranges, StepFeatures.axes).allSatisfy { $0.contains(step[keyPath: $1.path]) }
    }
}

/// A division of all possible steps, made from those of one run.
///
/// Steps with and without prompts are apart from the start. Then the stratum with the largest product of time
/// and spread is halved, at the middle of its time along the axis with the largest ratio of sizes, until there
/// are as many as wanted. Boundaries are whole numbers, so that steps of another run fall into the same strata.
public struct StepStrata: Sendable, Equatable {
    /// The strata, none of which overlaps another.
    public let strata: [StepStratum]

    /// Strata that were written down earlier.
    public init(_ strata: [StepStratum]) { self.strata = strata }

    /// - Parameters:
    ///   - times: what each step takes by the model, in any unit.
    ///   - most: strata at most; two where there are steps with and without prompts, even if it is less.
    public init(of steps: [StepFeatures], times: [Double], atMost most: Int) {
        var parts = [false, true].compactMap { hasPrefill -> Part? in
            let members = steps.indices.filter { steps[$0].hasPrefill == hasPrefill }
            guard !members.isEmpty else { return nil }
            let all = StepFeatures.axes.map { _ in 0..<Int64.max }
            return Part(StepStratum(hasPrefill: hasPrefill, ranges: all), members, steps, times)
        }
        while parts.count < most {
            var widest: (part: Int, halves: (Part, Part))?
            let order = parts.indices.sorted { (parts[$1].weight, $0) < (parts[$0].weight, $1) }
            for part in order where widest == nil && parts[part].weight > 0 {
                widest = parts[part].halves(steps, times).map { (part, $0) }
            }
            guard let widest else { break }
            parts.replaceSubrange(widest.part...widest.part, with: [widest.halves.0, widest.halves.1])
        }
        strata = parts.map(\.stratum)
    }

    /// The stratum of a step; none where the sampled run had no steps with, or without, prompts.
    public func index(of step: StepFeatures) -> Int? { strata.firstIndex { $0.contains(step) } }
}

/// A stratum while it is being divided.
private struct Part {
    var stratum: StepStratum
    var members: [Int]
    var time: Double
    /// Axis with the largest ratio of sizes, and the logarithm of that ratio.
    var axis = 0
    var spread = 0.0

    var weight: Double { time * spread }

    init(_ stratum: StepStratum, _ members: [Int], _ steps: [StepFeatures], _ times: [Double]) {
        self.stratum = stratum
        self.members = members
        time = members.reduce(0) { $0 + times[$1] }
        for (axis, feature) in StepFeatures.axes.enumerated() {
            let sizes = members.map { steps[$0][keyPath: feature.path] }
            guard let least = sizes.min(), let most = sizes.max(), most > least else { continue }
            let spread = PortableMath.log(Double(most + 1) / Double(least + 1))
            if spread > self.spread { (self.axis, self.spread) = (axis, spread) }
        }
    }

    /// Both sides of the size up to which half of the time falls; nil where all sizes are equal.
    func halves(_ steps: [StepFeatures], _ times: [Double]) -> (Part, Part)? {
        let path = StepFeatures.axes[axis].path
        let order = members.sorted { (steps[$0][keyPath: path], $0) < (steps[$1][keyPath: path], $1) }
        guard let first = order.first, let last = order.last else { return nil }
        let (least, most) = (steps[first][keyPath: path], steps[last][keyPath: path])
        guard least < most else { return nil }
        var rest = time / 2
        var bound = most
        for step in order {
            rest -= times[step]
            if rest <= 0 {
                bound = max(least + 1, steps[step][keyPath: path])
                break
            }
        }
        var lower = stratum, upper = stratum
        lower.ranges[axis] = stratum.ranges[axis].lowerBound..<bound
        upper.ranges[axis] = bound..<stratum.ranges[axis].upperBound
        return (
            Part(lower, members.filter { steps[$0][keyPath: path] < bound }, steps, times),
            Part(upper, members.filter { steps[$0][keyPath: path] >= bound }, steps, times)
        )
    }
}
