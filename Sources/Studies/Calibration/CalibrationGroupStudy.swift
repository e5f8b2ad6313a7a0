import EventEngine
import Hardware
import Timing

/// The samples of one group with what the model needs of them.
struct CalibrationGroupStudy {
    let group: KernelSample.Group
    let samples: [KernelSample]
    private let resources: [ResourceTimes]
    private let roofline: [Double]
    private let prior: ParameterPrior
    private let cacheNanoseconds: Double
    /// Coordinates of each sample in units of their standard deviations.
    private let places: [[Double]]

    init(_ samples: [KernelSample], _ group: KernelSample.Group, _ target: CalibrationDevice) {
        (self.group, self.samples) = (group, samples)
        resources = samples.map(target.resources)
        roofline = samples.map { target.roofline($0) / 1e9 }
        prior = target.parameterPrior(group)
        places = Self.standardised(samples.map(\.coordinates))
        let cache = Double(target.device.cacheBytes?.value ?? 0)
        cacheNanoseconds = cache / target.device.memoryBytesPerSecond.value * 1e9
    }

    func evaluate(
        _ choice: CalibrationEvaluation.Choice, draws wanted: Int, seed: UInt64
    ) -> CalibrationEvaluation.Row? {
        var models: [ErrorSummary] = [], plain: [ErrorSummary] = [], intervals: [ConformalInterval] = []
        let draws = choice == .prior ? 1 : choice.hasSurface
            ? min(CalibrationEvaluation.surfaceDraws, wanted) : wanted
        for draw in 0..<draws {
            var random = RandomStream(seed: seed, name: "calibration.\(group.sortKey).\(choice).\(draw)")
            let (train, test) = split(choice, &random)
            guard !test.isEmpty else { return nil }
            let fit = train.isEmpty
                ? EfficiencyFit(prior)
                : EfficiencyFit(train.map { (resources[$0], samples[$0].seconds) }, prior: prior)
            let surface = choice.hasSurface ? self.surface(fit, train) : nil
            models.append(ErrorSummary(test.map {
                let factor = surface?.factor(at: samples[$0].coordinates) ?? 1
                return fit.seconds(resources[$0]) * factor / samples[$0].seconds - 1
            }))
            plain.append(ErrorSummary(test.map { roofline[$0] / samples[$0].seconds - 1 }))
            if case .samples = choice, let interval = interval(train, test) { intervals.append(interval) }
        }
        return CalibrationEvaluation.Row(
            group: group, choice: choice, model: ErrorSummary(averaging: models),
            roofline: ErrorSummary(averaging: plain), interval: ConformalInterval(averaging: intervals))
    }

    /// A fit on five samples of eight, its interval from the other three.
    private func interval(_ train: [Int], _ test: [Int]) -> ConformalInterval? {
        let isHeld = { (place: Int) in place % 8 < ConformalInterval.heldOut }
        let held = train.enumerated().filter { isHeld($0.offset) }.map(\.element)
        let fitted = train.enumerated().filter { !isHeld($0.offset) }.map(\.element)
        let fit = EfficiencyFit(fitted.map { (resources[$0], samples[$0].seconds) }, prior: prior)
        func distance(_ index: Int) -> Double {
            abs(PortableMath.log(samples[index].seconds / fit.seconds(resources[index])))
        }
        return ConformalInterval(held: held.map(distance), unseen: test.map(distance))
    }

    /// The errors of a profile that was fitted to something else.
    func row(_ choice: CalibrationEvaluation.Choice, _ profile: TimingProfile) -> CalibrationEvaluation.Row {
        let fit = EfficiencyFit(CalibrationDevice.parameters(of: profile, group))
        return CalibrationEvaluation.Row(
            group: group, choice: choice,
            model: ErrorSummary(samples.indices.map { fit.seconds(resources[$0]) / samples[$0].seconds - 1 }),
            roofline: ErrorSummary(samples.indices.map { roofline[$0] / samples[$0].seconds - 1 }))
    }

    /// Whether a table is large enough to try so many samples: as many again, or for small tables a twentieth.
    func supports(_ count: Int) -> Bool { samples.count >= 2 * count || (samples.count < 128 && samples.count > count) }

    private func surface(_ fit: EfficiencyFit, _ train: [Int]) -> ResidualSurface? {
        ResidualFit.surface(
            train.map { samples[$0].coordinates },
            train.map { PortableMath.log(samples[$0].seconds / fit.seconds(resources[$0])) })
    }

    private func split(
        _ choice: CalibrationEvaluation.Choice, _ random: inout RandomStream
    ) -> (train: [Int], test: [Int]) {
        let all = Array(samples.indices)
        switch choice {
        case .prior, .otherDevice:
            return ([], all)
        case .samples(let count):
            var train = anchors(&random)
            spread(&train, to: count, over: all, &random)
            let chosen = Set(train)
            return (train, all.filter { !chosen.contains($0) })
        case .surface(let count):
            let (train, test) = split(.samples(count), &random)
            return (train, pick(CalibrationEvaluation.surfaceTests, from: test, &random))
        case .extrapolation:
            let large = all.filter { samples[$0].size >= 1024 }
            let anchors = pick(4, from: mostArithmetic(large), &random)
            let small = pick(12, from: all.filter { samples[$0].size <= 256 }, &random)
            return (anchors + small, large.filter { !anchors.contains($0) })
        }
    }

    /// Four with much arithmetic and two memory-bound beyond the cache, as far as the table has them.
    private func anchors(_ random: inout RandomStream) -> [Int] {
        let compute = pick(4, from: mostArithmetic(Array(samples.indices)), &random)
        let streaming = samples.indices.filter {
            resources[$0].memory > resources[$0].compute && resources[$0].memory > cacheNanoseconds
                && !compute.contains($0)
        }
        return compute + pick(2, from: Array(streaming), &random)
    }

    /// The compute-bound quarter with the most arithmetic.
    private func mostArithmetic(_ indices: [Int]) -> [Int] {
        let bound = indices.filter { resources[$0].compute > resources[$0].memory }
            .sorted { (resources[$0].compute, $0) > (resources[$1].compute, $1) }
        return Array(bound.prefix((bound.count + 3) / 4))
    }

    /// Adds samples up to a count: each time that one of three drawn ones which is furthest from those chosen.
    private func spread(_ chosen: inout [Int], to count: Int, over indices: [Int], _ random: inout RandomStream) {
        var nearest = indices.map { index in chosen.map { distance(index, $0) }.min() ?? .infinity }
        var rest = indices.indices.filter { nearest[$0] > 0 || !chosen.contains(indices[$0]) }
        while chosen.count < count, !rest.isEmpty {
            let drawn = (0..<3).map { _ in random.uniform(below: rest.count) }
            let best = drawn.reduce(drawn[0]) { nearest[rest[$1]] > nearest[rest[$0]] ? $1 : $0 }
            let place = rest.remove(at: best)
            chosen.append(indices[place])
            for other in rest {
                nearest[other] = min(nearest[other], distance(indices[other], indices[place]))
            }
        }
    }

    private func distance(_ left: Int, _ right: Int) -> Double {
        zip(places[left], places[right]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    private static func standardised(_ points: [[Double]]) -> [[Double]] {
        guard let axes = points.first?.count else { return points }
        let count = Double(points.count)
        let scales = (0..<axes).map { axis -> Double in
            let mean = points.reduce(0) { $0 + $1[axis] } / count
            let variance = points.reduce(0) { $0 + ($1[axis] - mean) * ($1[axis] - mean) } / count
            return variance > 0 ? 1 / variance.squareRoot() : 0
        }
        return points.map { point in zip(point, scales).map { $0 * $1 } }
    }

    /// So many different ones, or all there are.
    private func pick(_ count: Int, from indices: [Int], _ random: inout RandomStream) -> [Int] {
        var rest = indices
        for place in 0..<max(0, min(count, rest.count)) {
            rest.swapAt(place, place + random.uniform(below: rest.count - place))
        }
        return Array(rest.prefix(max(0, count)))
    }
}
