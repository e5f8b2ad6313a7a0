import JSONText
import ReinforcementLearning
import Scenario
import Studies

extension VariantRun {
    /// What parameter draws say of the metrics of a reinforcement-learning workload; null where none were made.
    func learningIntervals(_ index: Int) -> JSONValue {
        guard let drawn else { return .null }
        var metrics = JSONObject()
        for metric in LearningMetric.all where metric.value(of: learning[index]) != nil {
            metrics.set(drawn.interval(of: metric, learning: index).map(json) ?? .null, at: metric.path)
        }
        return [
            "common_mode": [
                "draws": .init(drawn.draws.count), "seed": .integer(Int64(clamping: drawn.draws.seed)),
                "metrics": .object(metrics),
            ]
        ]
    }

    /// A figure of a reinforcement-learning workload for people, its interval beside it; nil where there is none.
    func cell(_ path: String, learning index: Int, _ format: (Double) -> String) -> String? {
        guard let metric = LearningMetric.named(path), let value = metric.value(of: learning[index]) else { return nil }
        guard let interval = drawn?.interval(of: metric, learning: index) else { return format(value) }
        return withInterval(format(value), interval.p5, interval.p95, format)
    }
}

/// Which of several variants of a reinforcement-learning workload has more tokens per second and device, draw by draw.
struct LearningProbabilities {
    static let criterion = "tokens_per_s_per_device"
    private let variants: [(name: String, values: [Double?])]

    /// Nil where variants have no draws in common.
    init?(_ runs: [VariantRun], workload: String) {
        var variants: [(name: String, values: [Double?])] = []
        var draws: ParameterDraws?
        for run in runs {
            guard let index = run.scenario.learning.firstIndex(where: { $0.configuration.name == workload }) else {
                continue
            }
            guard let drawn = run.drawn, draws == nil || draws == drawn.draws,
                let metric = LearningMetric.named(Self.criterion) else { return nil }
            draws = drawn.draws
            variants.append((run.name, drawn.learning.map { metric.value(of: $0[index]) }))
        }
        guard variants.count > 1 else { return nil }
        self.variants = variants
    }

    /// That `first` is better than `second`, by their places; nil where no draw has both.
    private func probability(_ first: Int, _ second: Int) -> Double? {
        PairedProbability.ofFirst(variants[first].values, over: variants[second].values, largerIsBetter: true)
    }

    /// The first variant against each other one, for people.
    var text: String {
        let others = variants.indices.dropFirst().compactMap { index in
            probability(0, index).map { "\(variants[index].name) with probability \(rounded($0, 2))" }
        }
        return others.isEmpty ? ""
            : "Under drawn parameters \(variants[0].name) has more tokens per second and card than "
                + others.joined(separator: ", ") + "\n"
    }

    var json: JSONValue {
        [
            "criterion": .string(Self.criterion),
            "probability_better_than": .object(JSONObject(variants.indices.map { one in
                (variants[one].name, .object(JSONObject(variants.indices.filter { $0 != one }.map { other in
                    (variants[other].name, probability(one, other).map { .real($0) } ?? .null)
                })))
            })),
        ]
    }

    /// Of all workloads of reinforcement learning, by name; nil without draws.
    static func json(_ runs: [VariantRun]) -> JSONValue? {
        var names: [String] = []
        for name in runs.flatMap({ $0.scenario.learning.map(\.configuration.name) }) where !names.contains(name) {
            names.append(name)
        }
        let members = names.compactMap { name in LearningProbabilities(runs, workload: name).map { (name, $0.json) } }
        return members.isEmpty ? nil : .object(JSONObject(members))
    }
}
