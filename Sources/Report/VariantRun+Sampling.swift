import JSONText
import Scenario
import Studies

extension VariantRun {
    /// Sums up a world that has run, with what samples say of it where it took any and kept its steps.
    public init(_ name: String, _ scenario: CheckedScenario, _ world: World, _ samples: SamplesFile?) {
        self.init(name: name, scenario: scenario, world: world)
        sampled = samples.map { SampledOutcome($0, variant: name, scenario, world) }
    }

    /// What the samples of a serving workload say; nothing where the run took none.
    func sampling(_ workload: Int) -> JSONValue? {
        guard let sampled, sampled.workloads.indices.contains(workload) else { return nil }
        return [
            "samples_hash": .string(sampled.hash), "seed": .integer(Int64(clamping: sampled.seed)),
            "scale": [
                "layers": .init(sampled.scale.layers), "width": .real(sampled.scale.width),
                "memory_bytes": .integer(sampled.scale.memoryBytes),
            ],
            "pools": .object(JSONObject(sampled.workloads[workload].map { ($0.name, json($0, sampled)) })),
        ]
    }

    private func json(_ pool: SampledOutcome.Pool, _ sampled: SampledOutcome) -> JSONValue {
        let counts = pool.samples.strata.strata.indices.map { stratum in
            pool.samples.steps.count { $0.stratum == stratum }
        }
        return [
            "steps": .init(pool.strata.reduce(pool.outsideSteps) { $0 + $1.steps }),
            "sampled_steps": .init(pool.samples.steps.count), "steps_outside_strata": .init(pool.outsideSteps),
            "strata": .array(pool.samples.strata.strata.indices.map { stratum in
                var object = pool.samples.strata.strata[stratum].json.objectValue ?? JSONObject()
                object["steps"] = .init(pool.strata[stratum].steps)
                object["sampled_steps"] = .init(counts[stratum])
                object["model_s"] = .real(pool.strata[stratum].modelSeconds)
                return .object(object)
            }),
            "estimator": pool.time == nil ? .null : "stratified combined ratio to the model, once winsorised",
            "busy_s": time(pool), "expert_load": expertLoad(pool), "kv_error": keyValueError(pool),
            "provenance": provenance(pool, sampled),
        ]
    }

    /// Time of all steps by the model, and by what was measured of some.
    func time(_ pool: SampledOutcome.Pool) -> JSONValue {
        guard let time = pool.time else { return .null }
        let total = pool.modelSeconds
        return [
            "model": .real(total), "estimate": .real(time.ratio * total), "ratio": .real(time.ratio),
            "standard_error": .real(time.standardError * total),
            "ci95": [.real(time.interval.lowerBound * total), .real(time.interval.upperBound * total)],
        ]
    }

    private func expertLoad(_ pool: SampledOutcome.Pool) -> JSONValue {
        let samples = pool.samples.steps.compactMap(\.experts)
        guard !samples.isEmpty, let load = pool.samples.expertLoad else { return .null }
        let rows = samples.reduce(0) { $0 + Double($1.tokens) }
        let maximum = samples.reduce(0) { $0 + Double($1.tokens) * $1.maximumOverMean } / rows
        return [
            "max_over_mean": .real(maximum), "changes_times": .bool(pool.usesExpertLoad),
            "rank_max_over_mean": .array(load.points.map { ["tokens": .init($0.tokens), "factor": .real($0.factor)] }),
        ]
    }

    /// The mean over sampled steps.
    private func keyValueError(_ pool: SampledOutcome.Pool) -> JSONValue {
        let all = pool.samples.steps.flatMap(\.keyValueErrors)
        var formats: [String] = []
        for sample in all where !formats.contains(sample.format) { formats.append(sample.format) }
        guard !formats.isEmpty else { return .null }
        return .object(JSONObject(formats.map { format in
            let samples = all.filter { $0.format == format }
            let count = Double(samples.count)
            return (format, [
                "cache": .real(samples.reduce(0) { $0 + $1.cache } / count),
                "attention": .real(samples.reduce(0) { $0 + $1.attention } / count),
            ])
        }))
    }

    private func provenance(_ pool: SampledOutcome.Pool, _ sampled: SampledOutcome) -> JSONValue {
        let model = "reduced model of random weights, seed \(sampled.seed)"
        return [
            "operators": "exact list of each sampled step",
            "time": pool.time == nil
                ? "measured on the host; not used, since a host's time says nothing of this device"
                : "measured on the host at the stated scale, extrapolated to all steps",
            "expert_load": pool.samples.expertLoad == nil ? .null : .string("measured on the host, \(model)"),
            "kv_error": .string("measured on the host, \(model)"),
        ]
    }
}
