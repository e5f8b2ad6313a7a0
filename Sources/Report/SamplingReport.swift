import Studies

/// What was sampled, as a table.
public enum SamplingReport {
    /// One line for each pool of each workload and variant.
    public static func text(_ file: SamplesFile) -> String {
        var table = TextTable([
            "variant, workload, pool", "steps", "sampled", "strata", "executed", "busiest expert", "busiest rank",
            "int8 KV error", "fp8 KV error",
        ])
        for variant in file.variants {
            for workload in variant.workloads {
                for (pool, samples) in workload.pools {
                    table.add(["\(variant.name), \(workload.name), \(pool)"] + cells(samples))
                }
            }
        }
        return "\(file.scale.layers) layers at \(percent(file.scale.width)) of the width, seed \(file.seed)\n\n"
            + table.text
            + "\nexecuted: CPU time of one thread. Expert loads over the mean; KV errors relative, of attention's "
            + "output. Both of random weights.\n"
    }

    private static func cells(_ samples: PoolSamples) -> [String] {
        let experts = samples.steps.compactMap(\.experts)
        func load(_ value: (ExpertSample) -> Double) -> String {
            let tokens = experts.reduce(0) { $0 + Double($1.tokens) }
            guard tokens > 0 else { return "-" }
            return rounded(experts.reduce(0) { $0 + value($1) * Double($1.tokens) } / tokens, 2) + " x"
        }
        func error(_ format: String) -> String {
            let errors = samples.steps.flatMap(\.keyValueErrors).filter { $0.format == format }.map(\.attention)
            return errors.isEmpty ? "-" : "\(significant(errors.reduce(0, +) / Double(errors.count) * 100)) %"
        }
        return [
            "\(samples.population)", "\(samples.steps.count)", "\(samples.strata.strata.count)",
            time(samples.steps.reduce(0) { $0 + $1.seconds }), load(\.maximumOverMean),
            experts.contains { $0.ranks > 1 } ? load(\.rankMaximumOverMean) : "-", error("int8"), error("fp8"),
        ]
    }
}
