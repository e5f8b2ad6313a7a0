import EventEngine

/// Which steps of a run are sampled: a seeded random subset of each stratum, without repetition.
public struct StepSelection: Sendable, Equatable {
    /// The strata that steps are drawn from.
    public let strata: StepStrata
    /// Places of the chosen steps in the run, ascending, with their strata.
    public let chosen: [(step: Int, stratum: Int)]

    /// Samples that a stratum should have at least, for a spread of its own.
    static let fewestPerStratum = 4

    /// Chooses `count` steps: ``fewestPerStratum`` of each stratum, the rest in proportion to the strata's time by
    /// the model, which is where errors weigh most. All steps where there are no more.
    /// - Parameters:
    ///   - times: what each step takes by the model, in any unit.
    ///   - strata: strata at most; fewer where `count` does not suffice for so many.
    ///   - name: of the random stream, with which the choice of one pool leaves that of others alone.
    public init(
        of steps: [StepFeatures], times: [Double], count: Int, strata most: Int, seed: UInt64, name: String
    ) {
        let strata = StepStrata(
            of: steps, times: times, atMost: min(most, max(1, count / Self.fewestPerStratum)))
        self.strata = strata
        var members = strata.strata.map { _ in [Int]() }
        for (step, features) in steps.enumerated() {
            if let stratum = strata.index(of: features) { members[stratum].append(step) }
        }
        let totals = members.map { $0.reduce(0) { $0 + times[$1] } }
        let counts = Self.allocation(of: count, sizes: members.map(\.count), weights: totals)
        var chosen: [(step: Int, stratum: Int)] = []
        for stratum in members.indices {
            var stream = RandomStream(seed: seed, name: "sampling/\(name)/\(stratum)")
            for place in Self.subset(counts[stratum], of: members[stratum].count, &stream) {
                chosen.append((members[stratum][place], stratum))
            }
        }
        self.chosen = chosen.sorted { $0.step < $1.step }
    }

    /// How many of each stratum.
    static func allocation(of count: Int, sizes: [Int], weights: [Double]) -> [Int] {
        var counts = sizes.map { min($0, fewestPerStratum) }
        // Few samples for many strata: what little there is goes round.
        while counts.reduce(0, +) > count, let most = counts.indices.max(by: { counts[$0] < counts[$1] }),
            counts[most] > 1 {
            counts[most] -= 1
        }
        // One at a time to where the time of a sample is largest, as Webster's method does.
        while counts.reduce(0, +) < count {
            let open = counts.indices.filter { counts[$0] < sizes[$0] }
            guard let best = open.max(by: {
                weights[$0] / (Double(counts[$0]) + 0.5) < weights[$1] / (Double(counts[$1]) + 0.5)
            }) else { break }
            counts[best] += 1
        }
        return counts
    }

    /// `count` of `0..<size`, each subset equally likely (Floyd's method), ascending.
    private static func subset(_ count: Int, of size: Int, _ stream: inout RandomStream) -> [Int] {
        var taken = Set<Int>()
        for last in (size - count)..<size {
            let candidate = stream.uniform(below: last + 1)
            taken.insert(taken.contains(candidate) ? last : candidate)
        }
        return taken.sorted()
    }

    public static func == (left: StepSelection, right: StepSelection) -> Bool {
        left.strata == right.strata && left.chosen.elementsEqual(right.chosen) { $0 == $1 }
    }
}
