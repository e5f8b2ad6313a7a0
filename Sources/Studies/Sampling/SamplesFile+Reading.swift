import JSONText

extension SamplesFile {
    /// Reads a samples file.
    /// - Throws: why it cannot be read, or everything that is wrong with it.
    public init(contentsOf path: String) throws(JSONProblems) {
        self = try JSONDocument(contentsOf: path).decode(.samplesFile)
    }
}

extension JSONType<SamplesFile> {
    static var samplesFile: JSONType {
        .object("a samples file") { file in
            _ = file.required("schema", .choice(of: [SamplesFile.schema]))
            _ = file.optional("time", .string)
            let scale = file.required("scale", .stepScale)
            return SamplesFile(
                scale: scale, seed: UInt64(file.required("seed", .integer(in: 0...))),
                variants: file.required("variants", .members(of: .sampledVariant)).map { named in
                    var variant = named.value
                    variant.name = named.name
                    return variant
                })
        }
    }
}

extension JSONType<StepScale> {
    fileprivate static var stepScale: JSONType {
        .object { scale in
            StepScale(
                layers: scale.required("layers", .integer(in: 1...)),
                width: scale.required("width", .number(in: 0...1)),
                memoryBytes: Int64(scale.required("memory_bytes", .integer(in: 1...))))
        }
    }
}

extension JSONType<SamplesFile.Variant> {
    fileprivate static var sampledVariant: JSONType {
        .object { variant in
            let hash = variant.required("scenario_hash", JSONType<String>.name)
            if UInt64(hash, radix: 16) == nil, variant.has("scenario_hash") {
                variant.fail(at: "scenario_hash", "expected sixteen hexadecimal digits")
            }
            return SamplesFile.Variant(
                name: "", scenarioHash: UInt64(hash, radix: 16) ?? 0,
                workloads: variant.required("workloads", .members(of: .sampledPools)).map {
                    SamplesFile.Workload(name: $0.name, pools: $0.value)
                })
        }
    }
}

extension JSONType<[(name: String, samples: PoolSamples)]> {
    fileprivate static var sampledPools: JSONType {
        .object { workload in
            workload.required("pools", .members(of: .poolSamples)).map { (name: $0.name, samples: $0.value) }
        }
    }
}

extension JSONType<PoolSamples> {
    fileprivate static var poolSamples: JSONType {
        .object("the samples of a pool") { pool in
            _ = pool.optional("sampled_steps", .integer(in: 0...))
            let strata = pool.required("strata", .array(of: .stepStratum))
            let steps = pool.required("samples", .array(of: .sampledStep))
            if let stray = steps.firstIndex(where: { $0.stratum >= strata.count }) {
                pool.fail(at: "samples", "sample \(stray) names stratum \(steps[stray].stratum) of \(strata.count)")
            }
            return PoolSamples(
                strata: StepStrata(strata), population: pool.required("steps", .integer(in: 0...)), steps: steps)
        }
    }
}

extension JSONType<StepStratum> {
    fileprivate static var stepStratum: JSONType {
        .object { stratum in
            StepStratum(
                hasPrefill: stratum.required("has_prefill", .bool),
                ranges: StepFeatures.axes.map { stratum.required($0.name, .sizes) })
        }
    }
}

extension JSONType<Range<Int64>> {
    /// `[lower, upper]`, the upper bound excluded, or null where there is none.
    fileprivate static var sizes: JSONType {
        JSONType(expected: "[lower, upper] with lower below upper, or null above", standIn: 0..<1) { value in
            guard let bounds = value.arrayValue, bounds.count == 2, let lower = bounds[0].integerValue
            else { return nil }
            let upper = bounds[1].isNull ? Int64.max : bounds[1].integerValue
            guard let upper, lower < upper else { return nil }
            return lower..<upper
        }
    }
}
