import JSONText
import ModelGraph

extension SampledStep {
    var json: JSONValue {
        [
            "step": .init(step), "stratum": .init(stratum), "features": features.json,
            "operators": .array(operators.map(\.json)),
            "seconds": .real(seconds),
            "experts": experts?.json ?? .null,
            "kv_error": .object(JSONObject(keyValueErrors.map { error in
                (error.format, ["cache": .real(error.cache), "attention": .real(error.attention)])
            })),
        ]
    }
}

extension StepFeatures {
    var json: JSONValue {
        var object: JSONObject = ["has_prefill": .bool(hasPrefill)]
        for axis in Self.axes { object[axis.name] = .integer(self[keyPath: axis.path]) }
        return .object(object)
    }
}

extension SampledOperator {
    fileprivate var json: JSONValue {
        [
            "name": .string(operation.name), "dtype": .string(operation.dataType.rawValue),
            "stream": .string(operation.streamType.rawValue), "launches": .init(operation.repetitions),
            "shape": operation.shape.json,
            "executed": executed.map { ["launches": .init($0.repetitions), "shape": $0.shape.json] } ?? .null,
            "seconds": seconds.map { .real($0) } ?? .null,
        ]
    }
}

extension ExpertSample {
    fileprivate var json: JSONValue {
        [
            "tokens": .init(tokens), "ranks": .init(ranks), "max_over_mean": .real(maximumOverMean),
            "rank_max_over_mean": .real(rankMaximumOverMean),
            "tokens_per_expert": .array(histograms.map { .array($0.map { .init($0) }) }),
        ]
    }
}

extension JSONType<SampledStep> {
    static var sampledStep: JSONType {
        .object("a sampled step") { step in
            _ = step.optional("seconds", .number(in: 0...))
            return SampledStep(
                step: step.required("step", .integer(in: 0...)), stratum: step.required("stratum", .integer(in: 0...)),
                features: step.required("features", .stepFeatures),
                operators: step.required("operators", .array(of: .sampledOperator)),
                experts: step.optional("experts", .expertSample),
                keyValueErrors: step.optional("kv_error", .members(of: .keyValueError), default: []).map { named in
                    var error = named.value
                    error.format = named.name
                    return error
                })
        }
    }
}

extension JSONType<StepFeatures> {
    fileprivate static var stepFeatures: JSONType {
        .object { features in
            func size(_ key: String) -> Int64 { Int64(features.required(key, .integer(in: 0...))) }
            return StepFeatures(
                hasPrefill: features.required("has_prefill", .bool), batch: size("batch"), tokens: size("tokens"),
                keyValueTokens: size("kv_tokens"))
        }
    }
}

extension JSONType<SampledOperator> {
    fileprivate static var sampledOperator: JSONType {
        .object("an operator") { item in
            let operation = StepOperator(
                item.required("name", .name), item.required("shape", .operatorShape),
                dataType: item.required("dtype", .choice(DataType.self)),
                streamType: item.required("stream", .choice(DataType.self)),
                repetitions: item.required("launches", .integer(in: 0...)))
            let executed = item.child("executed")?.object { ran in
                StepOperator(
                    operation.name, ran.required("shape", .operatorShape), dataType: operation.dataType,
                    streamType: operation.streamType, repetitions: ran.required("launches", .integer(in: 0...)))
            }
            return SampledOperator(
                operation: operation, executed: executed, seconds: item.optional("seconds", .number(in: 0...)))
        }
    }
}

extension JSONType<ExpertSample> {
    fileprivate static var expertSample: JSONType {
        .object("tokens per expert") { experts in
            for derived in ["max_over_mean", "rank_max_over_mean"] { _ = experts.optional(derived, .number(in: 0...)) }
            let histogram = JSONType<[Int]>.array(of: .integer(in: 0...))
            return ExpertSample(
                tokens: experts.required("tokens", .integer(in: 0...)),
                ranks: experts.required("ranks", .integer(in: 1...)),
                histograms: experts.required("tokens_per_expert", .array(of: histogram)))
        }
    }
}

extension JSONType<KeyValueErrorSample> {
    fileprivate static var keyValueError: JSONType {
        .object { error in
            KeyValueErrorSample(
                format: "", cache: error.required("cache", .number(in: 0...)),
                attention: error.required("attention", .number(in: 0...)))
        }
    }
}
