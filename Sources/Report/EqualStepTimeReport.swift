import JSONText
import ReinforcementLearning
import Scenario
import Studies

/// What placements of one workload need to be as quick as each other, from the variants that were run.
struct EqualStepTimeReport {
    /// Variants with the workload that did all their steps, with their settings but for numbers of devices.
    private let runs: [(name: String, settings: String, run: EqualStepTime.Run)]

    init(_ variants: [VariantRun], workload: String) {
        runs = variants.compactMap { variant in
            guard let index = variant.scenario.learning.firstIndex(where: { $0.configuration.name == workload })
            else { return nil }
            let outcome = variant.learning[index]
            guard outcome.isFeasible, let step = outcome.stepTime?.mean else { return nil }
            return (
                variant.name, Self.settings(of: workload, in: variant.scenario.document),
                EqualStepTime.Run(devices: outcome.devices, stepSeconds: step)
            )
        }
    }

    /// All that decides a step but for how many devices there are.
    private static func settings(of workload: String, in document: JSONValue) -> String {
        let counts: JSONValue = ["placement": ["train_devices": .null, "rollout_devices": .null]]
        let own = document["workloads"]?[workload]?.applying(mergePatch: counts) ?? .null
        var cluster = document["cluster"] ?? .null
        for group in cluster["nodes"]?.objectValue?.keys ?? [] {
            let nodes: JSONValue = .object(JSONObject([(group, .object(JSONObject([("count", .null)])))]))
            cluster = cluster.applying(mergePatch: .object(JSONObject([("nodes", nodes)])))
        }
        return JSONWriter.compact.text(of: [own, cluster])
    }

    /// Devices with which a variant's settings reach the step time of another; nil where the runs do not tell.
    func devices(of variant: String, reaching reference: String) -> Double? {
        guard let own = runs.first(where: { $0.name == variant }),
            let goal = runs.first(where: { $0.name == reference }) else { return nil }
        let family = runs.filter { $0.settings == own.settings }.map(\.run)
        return EqualStepTime.devices(of: family, reaching: goal.run.stepSeconds)
    }

    /// By reference, then by variant; nil with fewer than two runs.
    var json: JSONValue? {
        guard runs.count > 1 else { return nil }
        var references = JSONObject()
        for reference in runs {
            references[reference.name] = .object(JSONObject(runs.map { run in
                (run.name, devices(of: run.name, reaching: reference.name).map { .real($0) } ?? .null)
            }))
        }
        return ["definition": .string(EqualStepTime.definition), "references": .object(references)]
    }

    /// Of all workloads of reinforcement learning, by name; nil where there is nothing to compare.
    static func json(_ variants: [VariantRun]) -> JSONValue? {
        var names: [String] = []
        for name in variants.flatMap({ $0.scenario.learning.map(\.configuration.name) }) where !names.contains(name) {
            names.append(name)
        }
        let members = names.compactMap { name in
            EqualStepTimeReport(variants, workload: name).json.map { (name, $0) }
        }
        return members.isEmpty ? nil : .object(JSONObject(members))
    }
}
