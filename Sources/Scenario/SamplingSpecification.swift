import EventEngine
import JSONText

/// How steps of a scenario are sampled with real kernels, and where the samples are.
public struct SamplingSpecification: Sendable, Equatable {
    /// Sampled steps of each workload, in equal parts from its pools.
    public var steps = 64
    /// Strata of each pool's steps at most.
    public var strata = 12
    /// Layers of the model that the kernels run.
    public var layers = 2
    /// Share of each side of the model's matrices, and of its heads, that the kernels run, above 0 and at most 1.
    public var width = 0.125
    /// Memory that the numbers of one kernel may take; larger ones run a part of their work.
    public var memoryBytes: Int64 = 1 << 30
    /// Seed of the choice of steps and of the numbers that the kernels work on; the scenario's unless stated.
    public var seed: UInt64
    /// Path of a samples file that the run takes as an input.
    public var samples: String?

    /// What is sampled unless a scenario says otherwise.
    public init(seed: UInt64) { self.seed = seed }
}

extension JSONType<SamplingSpecification> {
    static func sampling(folder: String, seed: UInt64) -> JSONType {
        .object { sampling in
            var result = SamplingSpecification(seed: seed)
            result.steps = sampling.optional("steps", .integer(in: 4...100_000), default: result.steps)
            result.strata = sampling.optional("strata", .integer(in: 1...1000), default: result.strata)
            result.layers = sampling.optional("layers", .integer(in: 1...1024), default: result.layers)
            result.width = sampling.optional("width", .number(in: 0.001...1), default: result.width)
            result.memoryBytes = sampling.optional("memory", .bytes(sign: .positive), default: result.memoryBytes)
            result.seed = sampling.optional("seed", .integer(in: 0...)).map(UInt64.init) ?? seed
            result.samples = sampling.optional("samples", .name).map { resolve($0, folder) }
            return result
        }
    }
}

extension ScenarioDocument {
    /// Hash of a variant as a samples file names it: where its samples come from is no part of what was sampled.
    public func sampledHash(variant: String) -> UInt64 {
        var scenario = merged(variant: variant)
        if let sampling = scenario["sampling"]?.objectValue, sampling["samples"] != nil {
            let patch: JSONValue = sampling.count == 1 ? .null : ["samples": .null]
            scenario = scenario.applying(mergePatch: ["sampling": patch])
        }
        return StableHash.fnv1a64(JSONWriter.canonicalForHash(scenario))
    }
}
