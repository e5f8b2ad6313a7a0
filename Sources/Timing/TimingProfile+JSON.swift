import Hardware
import JSONText
import ModelGraph

extension JSONType<TimingProfile> {
    /// A complete profile: the prior with a device's own figures merged into it.
    static var timingProfile: JSONType {
        .object("a timing profile") { profile in
            profile.ignore("devices")
            var collective = CollectiveParameters(
                bandwidthBytesPerSecond: nil, linkEfficiency: .chosen(1), latencyNanoseconds: .chosen(0))
            profile.child("collective")?.object { object in
                collective.bandwidthBytesPerSecond = object.optional(
                    "bandwidth", .sourced(.quantity(.bandwidth, sign: .positive)))
                collective.linkEfficiency = object.required("link_efficiency", .efficiency)
                collective.latencyNanoseconds = object.required("latency", .sourcedTime)
                guard object.has("one_step_efficiency") else { return }
                collective.oneStep = OneStepParameters(
                    linkEfficiency: object.required("one_step_efficiency", .efficiency),
                    twoStepLatencyNanoseconds: object.required("two_step_latency", .sourcedTime))
            }
            var quantised = Sourced<Double>.chosen(1)
            var tile8Bit = Sourced<Double>.chosen(1), tile = Sourced<Double>.chosen(1)
            var unit = Sourced<Double>.chosen(0), depth = Sourced<Double>.chosen(0)
            var tail = Sourced<Double>.chosen(0), store = Sourced<Double>.chosen(0)
            let gemm = profile.operatorParameters("gemm") {
                tile = $0.required("tile_rows", .sourced(.number(in: 1...)))
                tile8Bit = $0.required("tile_rows_8bit", .sourced(.number(in: 1...)))
            }
            let decode = profile.operatorParameters("decode_attention") {
                quantised = $0.required("quantised_cache_efficiency", .efficiency)
                unit = $0.required("unit", .sourcedTime)
                depth = $0.required("depth", .sourcedTime)
            }
            let prefill = profile.operatorParameters("prefill_attention") {
                tail = $0.required("tail", .sourced(.number(in: 0...1)))
                store = $0.required("store_bytes", .sourced(.number(in: 0...)))
            }
            let surfaces = profile.optional("surfaces", .array(of: .classSurface), default: [])
            return TimingProfile(
                name: profile.required("name", .name), engine: profile.required("engine", .name), gemm: gemm,
                groupedGemm: profile.operatorParameters("grouped_gemm"),
                prefillAttention: prefill, decodeAttention: decode, quantisedCacheEfficiency: quantised,
                decodeUnitNanoseconds: unit, decodeDepthNanoseconds: depth, prefillStoreBytes: store, prefillTail: tail,
                elementwise: profile.operatorParameters("elementwise"), collective: collective,
                host: profile.required("host", .host), tileRows8Bit: tile8Bit, tileRows: tile, surfaces: surfaces)
        }
    }
}

extension JSONObjectReader {
    fileprivate func operatorParameters(
        _ key: String, _ more: @escaping (JSONObjectReader) -> Void = { _ in }
    ) -> OperatorParameters {
        required(key, .object { object in
            more(object)
            return OperatorParameters(
                computeEfficiency: object.required("compute_efficiency", .efficiency),
                memoryEfficiency: object.required("memory_efficiency", .efficiency),
                setupNanoseconds: object.required("setup", .sourcedTime))
        })
    }
}

extension JSONType<ClassSurface> {
    /// One surface, as a calibration writes it.
    fileprivate static var classSurface: JSONType {
        .object { object in
            let numbers = JSONType<[Double]>.array(of: .number(in: -1e9...1e9))
            let lengths = object.required("lengths", numbers)
            let points = object.required("points", .array(of: numbers))
            let weights = object.required("weights", numbers)
            let operatorClass = object.required("operator", .choice(OperatorClass.self))
            guard !points.isEmpty, points.count == weights.count, points.allSatisfy({ $0.count == lengths.count }),
                lengths.allSatisfy({ $0 > 0 })
            else {
                object.fail(
                    "a surface needs points of as many coordinates as lengths, all above 0, and a weight for each",
                    remedy: "calibrate again with --surface")
                return ClassSurface(operatorClass, ResidualSurface(points: [[0]], lengths: [1], weights: [0]))
            }
            return ClassSurface(operatorClass, ResidualSurface(points: points, lengths: lengths, weights: weights))
        }
    }
}

extension JSONType<HostParameters> {
    fileprivate static var host: JSONType {
        .object { host in
            HostParameters(
                stepNanoseconds: host.required("step", .sourcedTime),
                perSequenceNanoseconds: host.required("per_sequence", .sourcedTime),
                perNewTokenNanoseconds: host.required("per_new_token", .sourcedTime),
                launchNanoseconds: host.required("launch", .sourcedTime),
                launchesPerLayer: host.required("launches_per_layer", .sourced(.number(in: 0...))),
                replayNanoseconds: host.required("replay", .sourcedTime),
                pieceNanoseconds: host.required("piece", .sourcedTime),
                dynamicLaunchNanoseconds: host.required("dynamic_launch", .sourcedTime),
                parameterUpdateNanoseconds: host.required("parameter_update", .sourcedTime))
        }
    }
}

extension JSONType<Sourced<Double>> {
    /// A share of a peak, above 0 and at most 1.
    fileprivate static var efficiency: JSONType {
        .sourced(JSONType<Double>.number(in: 0...1).checked { $0 > 0 ? nil : "expected a share above 0" })
    }

    /// A duration in nanoseconds.
    fileprivate static var sourcedTime: JSONType { .sourced(JSONType<Int64>.duration().map(Double.init)) }
}
