import Hardware
import JSONText
import ModelGraph
import Timing

extension Calibration {
    /// Samples of a class from which on its numbers count as `measured`.
    public static let measuredFrom = 64

    /// The profile as a patch file: what was fitted, each number with its provenance and source.
    ///
    /// Parameters of a profile are those of bf16 kernels (fp16 where there are none) and, in decode attention, one
    /// efficiency over an 8-bit cache. Fits of other types are in ``entries`` only.
    public var profile: JSONValue {
        var root: JSONObject = [
            "name": .string(device.name), "devices": [.string(device.name)], "engine": .string(engine),
        ]
        for (kernel, key) in Self.sections {
            guard let entry = primary(kernel) else { continue }
            root[key] = .object(section(entry))
        }
        if !surfaces.isEmpty { root["surfaces"] = .array(surfaces.map(json)) }
        return .object(root)
    }

    private func json(_ known: ClassSurface) -> JSONValue {
        func numbers(_ list: [Double]) -> JSONValue { .array(list.map { .real($0) }) }
        return [
            "operator": .string(known.operatorClass.rawValue), "lengths": numbers(known.surface.lengths),
            "points": .array(known.surface.points.map(numbers)), "weights": numbers(known.surface.weights),
        ]
    }

    private static let sections: [(KernelOperator, String)] = [
        (.gemm, "gemm"), (.mixtureOfExperts, "grouped_gemm"), (.prefillAttention, "prefill_attention"),
        (.decodeAttention, "decode_attention"), (.elementwise, "elementwise"), (.allReduce, "collective"),
    ]

    /// The entry that a profile's section takes: half precision, over a cache of the same type.
    private func primary(_ kernel: KernelOperator) -> Entry? {
        for type in [DataType.bf16, .fp16] {
            if let entry = entries.first(where: {
                $0.group.kernel == kernel && $0.group.dataType == type && $0.group.cacheType == type
            }) { return entry }
        }
        return nil
    }

    private func section(_ entry: Entry) -> JSONObject {
        var object = JSONObject()
        let fit = entry.fit
        if entry.group.kernel == .allReduce {
            object["link_efficiency"] = sourced(.init(rounded(fit.memoryEfficiency)), entry)
            object["latency"] = sourced(time(fit.setupNanoseconds), entry)
            object["one_step_efficiency"] = sourced(.init(rounded(fit.parameters.second)), entry)
            object["two_step_latency"] = sourced(time(fit.setupNanoseconds + fit.parameters.extra), entry)
            return object
        }
        if entry.group.kernel != .elementwise {
            object["compute_efficiency"] = sourced(.init(rounded(fit.computeEfficiency)), entry)
        }
        object["memory_efficiency"] = sourced(.init(rounded(fit.memoryEfficiency)), entry)
        if entry.group.kernel == .decodeAttention,
            let quantised = entries.first(where: {
                $0.group.kernel == .decodeAttention && $0.group.cacheType == .fp8
            }) {
            object["quantised_cache_efficiency"] = sourced(.init(rounded(quantised.fit.memoryEfficiency)), quantised)
        }
        if entry.group.kernel == .decodeAttention {
            object["unit"] = sourced(time(fit.parameters.extra), entry)
            object["depth"] = sourced(time(fit.parameters.depth), entry)
        }
        if entry.group.kernel == .prefillAttention {
            object["store_bytes"] = sourced(.integer(Int64(fit.parameters.extra.rounded())), entry)
        }
        object["setup"] = sourced(time(fit.setupNanoseconds), entry)
        return object
    }

    private func sourced(_ value: JSONValue, _ entry: Entry) -> JSONValue {
        let count = entry.fit.samples
        let provenance: Provenance = count >= Self.measuredFrom ? .measured : .fewshot(samples: count)
        let file = table.name.split(separator: "/").last.map(String.init) ?? table.name
        let digits = String(table.hash, radix: 16)
        let hash = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        return [
            "value": value, "provenance": .string(provenance.description),
            "source": .string(
                "\(file), fnv1a64 \(hash), \(count) \(entry.group.dataType.rawValue) kernels of \(engine)"),
        ]
    }

    /// Three decimals: finer than any table supports. Rounded down, so that no share exceeds 1.
    private func rounded(_ share: Double) -> Double { max(1, (share * 1000).rounded(.down)) / 1000 }

    private func time(_ nanoseconds: Double) -> JSONValue {
        let tenths = Int((nanoseconds / 10).rounded())
        return .string("\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100) us")
    }
}
