import EventEngine
import JSONText

/// What real kernels measured of sampled steps: the only way in which a measurement of this machine can reach a
/// result. A run that takes the file as an input gives the same bytes anywhere.
public struct SamplesFile: Sendable, Equatable {
    /// The value of `schema` in a samples file.
    public static let schema = "simulate-samples/1"

    /// At which steps were executed.
    public var scale: StepScale
    /// Of the choice of steps and of random data.
    public var seed: UInt64
    /// Samples of each variant.
    public var variants: [Variant]

    /// A file of these samples.
    public init(scale: StepScale, seed: UInt64, variants: [Variant]) {
        self.scale = scale
        self.seed = seed
        self.variants = variants
    }

    /// The samples of one variant of a scenario.
    public struct Variant: Sendable, Equatable {
        /// The variant's name.
        public var name: String
        /// Of the variant that was sampled; see `ScenarioDocument.sampledHash`.
        public var scenarioHash: UInt64
        /// Samples of each serving workload.
        public var workloads: [Workload]
    }

    /// The samples of a workload by pool.
    public struct Workload: Sendable, Equatable {
        /// The workload's name in the scenario.
        public var name: String
        /// Samples of each pool, by name.
        public var pools: [(name: String, samples: PoolSamples)]

        public static func == (left: Workload, right: Workload) -> Bool {
            left.name == right.name && left.pools.elementsEqual(right.pools) { $0 == $1 }
        }
    }

    /// The samples of a pool, where there are any.
    public func samples(variant: String, workload: String, pool: String) -> PoolSamples? {
        variants.first { $0.name == variant }?.workloads.first { $0.name == workload }?.pools
            .first { $0.name == pool }?.samples
    }

    /// The file.
    public var json: JSONValue {
        [
            "schema": .string(Self.schema),
            "scale": [
                "layers": .init(scale.layers), "width": .real(scale.width), "memory_bytes": .integer(scale.memoryBytes),
            ],
            "seed": .integer(Int64(clamping: seed)),
            "time": "CPU time of one thread, single precision",
            "variants": .object(JSONObject(variants.map { variant in
                (variant.name, [
                    "scenario_hash": .string(Self.hexadecimal(variant.scenarioHash)),
                    "workloads": .object(JSONObject(variant.workloads.map { ($0.name, $0.json) })),
                ])
            })),
        ]
    }

    /// Names the file in a result.
    public var hash: String { Self.hexadecimal(StableHash.fnv1a64(JSONWriter.canonicalForHash(json))) }

    /// Sixteen digits.
    static func hexadecimal(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension SamplesFile.Workload {
    fileprivate var json: JSONValue {
        ["pools": .object(JSONObject(pools.map { ($0.name, $0.samples.json) }))]
    }
}

extension PoolSamples {
    fileprivate var json: JSONValue {
        [
            "steps": .init(population), "sampled_steps": .init(steps.count),
            "strata": .array(strata.strata.map(\.json)), "samples": .array(steps.map(\.json)),
        ]
    }
}

extension StepStratum {
    /// Bounds are half-open; an upper bound of null is none.
    public var json: JSONValue {
        var object: JSONObject = ["has_prefill": .bool(hasPrefill)]
        for (axis, range) in zip(StepFeatures.axes, ranges) {
            object[axis.name] = [
                .integer(range.lowerBound), range.upperBound == .max ? .null : .integer(range.upperBound),
            ]
        }
        return .object(object)
    }
}
