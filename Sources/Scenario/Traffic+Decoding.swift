import JSONText
import TraceFormats

extension JSONType<TrafficSpecification> {
    /// `{ "trace": … }` or `{ "generate": {…} }`.
    static func traffic(folder: String) -> JSONType {
        .object { traffic in
            var concurrency: Int?
            let source: TrafficSource
            switch (traffic.has("trace"), traffic.has("generate")) {
            case (true, true):
                traffic.fail("trace and generate exclude each other", remedy: "keep one of them")
                source = .standIn
            case (false, false):
                traffic.fail("expected trace or generate")
                source = .standIn
            case (true, false):
                source = traceSource(traffic, folder)
                concurrency = traffic.optional("concurrency", .integer(in: 1...))
            case (false, true):
                source = traffic.required("generate", .generator(folder: folder))
                if case .generator(let configuration, _) = source,
                    case .closedLoop(let clients) = configuration.arrivals {
                    concurrency = clients
                }
            }
            return TrafficSpecification(path: traffic.path, source: source, concurrency: concurrency)
        }
    }

    private static func traceSource(_ traffic: JSONObjectReader, _ folder: String) -> TrafficSource {
        let start = traffic.optional("from", .duration()), end = traffic.optional("to", .duration(sign: .positive))
        var window: Range<Int64>?
        if start != nil || end != nil {
            let lower = start ?? 0, upper = end ?? .max
            if lower < upper {
                window = lower..<upper
            } else {
                traffic.fail(at: "to", "ends before it begins", remedy: "give a later time than from")
            }
        }
        return .trace(
            file: resolve(traffic.required("trace", .name), folder),
            format: traffic.optional("format", .choice(), default: .auto),
            options: TraceReadOptions(
                spreadTicks: traffic.optional("spread_ticks", .bool, default: false), windowNanoseconds: window,
                maximumRequests: traffic.optional("max_requests", .integer(in: 1...)),
                speed: traffic.optional("speed", .number(in: 1e-6...1e6), default: 1)))
    }
}

extension TrafficSource {
    fileprivate static var standIn: TrafficSource {
        .generator(
            GeneratorConfiguration(
                requests: 1, arrivals: .constant(requestsPerSecond: 1),
                lengths: .independent(input: .constant(1), output: .constant(1))),
            lengthsFrom: EmpiricalLengths())
    }
}

extension JSONType<TrafficSource> {
    static func generator(folder: String) -> JSONType {
        .object { generate in
            var lengths = EmpiricalLengths()
            if generate.has("preset") {
                let name = generate.required("preset", .choice(of: GeneratorConfiguration.presetNames))
                guard var preset = GeneratorConfiguration.preset(named: name) else { return .standIn }
                preset.requests = generate.optional("requests", .integer(in: 1...1 << 30), default: preset.requests)
                return .generator(preset, lengthsFrom: lengths)
            }
            let input = generate.lengths("input_tokens", folder, &lengths.input)
            let output = generate.lengths("output_tokens", folder, &lengths.output)
            var configuration = GeneratorConfiguration(
                requests: generate.required("requests", .integer(in: 1...1 << 30)),
                arrivals: generate.required("arrivals", .arrivals),
                lengths: .independent(input: input, output: output))
            configuration.tickNanoseconds = generate.optional("tick", .duration(sign: .positive), default: 0)
            configuration.blockTokens = generate.optional("prefix_block_tokens", .integer(in: 1...1 << 20), default: 0)
            configuration.systemPromptTokens = generate.optional(
                "system_prompt_tokens", .integer(in: 0...1 << 24), default: 0)
            configuration.documents = generate.optional("documents", .documents)
            configuration.sessions = generate.optional("sessions", .sessions)
            configuration.maximumInputTokens = generate.optional("max_input_tokens", .integer(in: 1...))
            let shares = configuration.documents != nil || configuration.systemPromptTokens > 0
            if shares, configuration.blockTokens == 0 {
                generate.fail("shared prefixes need prefix_block_tokens", remedy: "write \"prefix_block_tokens\": 16")
            }
            return .generator(configuration, lengthsFrom: lengths)
        }
    }
}

extension JSONObjectReader {
    /// A length distribution, or a reference to a trace whose lengths it takes.
    fileprivate func lengths(
        _ key: String, _ folder: String, _ reference: inout TraceReference?
    ) -> IntegerDistribution {
        if let child = child(key), child.value["kind"] == "empirical" {
            reference = child.object { empirical in
                empirical.ignore("kind")
                return TraceReference(
                    file: resolve(empirical.required("trace", .name), folder),
                    format: empirical.optional("format", .choice(), default: .auto))
            }
            return .constant(1)
        }
        return required(key, .distribution)
    }
}

extension JSONType<ArrivalProcess> {
    static var arrivals: JSONType {
        .object { arrivals in
            let kinds = ["poisson", "gamma", "weibull", "constant", "closed-loop"]
            let kind = arrivals.required("kind", .choice(of: kinds))
            if kind == "closed-loop" {
                return .closedLoop(concurrency: arrivals.required("concurrency", .integer(in: 1...)))
            }
            let rate = arrivals.required("rate_per_s", .number(in: 1e-9...1e9))
            switch kind {
            case "gamma":
                let variation = arrivals.required("coefficient_of_variation", .number(in: 0.001...1000))
                return .gamma(requestsPerSecond: rate, coefficientOfVariation: variation)
            case "weibull":
                return .weibull(
                    requestsPerSecond: rate, shape: arrivals.required("shape", .number(in: 0.05...1000)))
            case "constant": return .constant(requestsPerSecond: rate)
            default: return .poisson(requestsPerSecond: rate)
            }
        }
    }
}

extension JSONType<IntegerDistribution> {
    /// A distribution of lengths or counts.
    static var distribution: JSONType {
        .object { distribution in
            let kinds = ["constant", "uniform", "normal", "lognormal", "empirical"]
            let kind = distribution.required("kind", .choice(of: kinds))
            let token = JSONType<Int>.integer(in: 1...1 << 30)
            func bounds(areRequired: Bool = false) -> (minimum: Int, maximum: Int) {
                let minimum = areRequired
                    ? distribution.required("min", token) : distribution.optional("min", token, default: 1)
                let maximum = areRequired
                    ? distribution.required("max", token) : distribution.optional("max", token, default: 1 << 30)
                let areSound = !distribution.reader.hasProblems(inside: distribution.path)
                if areSound, minimum > maximum { distribution.fail(at: "max", "is less than min") }
                return (minimum, max(minimum, maximum))
            }
            switch kind {
            case "uniform":
                let range = bounds(areRequired: true)
                return .uniform(minimum: range.minimum, maximum: range.maximum)
            case "normal":
                let range = bounds()
                return .normal(
                    mean: distribution.required("mean", .number(in: 0...1e9)),
                    standardDeviation: distribution.required("stdev", .number(in: 0...1e9)),
                    minimum: range.minimum, maximum: range.maximum)
            case "lognormal":
                let range = bounds()
                if distribution.has("median") {
                    return .lognormalQuantiles(
                        median: distribution.required("median", .number(in: 1...1e9)),
                        p90: distribution.required("p90", .number(in: 1...1e9)), minimum: range.minimum,
                        maximum: range.maximum)
                }
                return .lognormal(
                    mean: distribution.required("mean", .number(in: 1...1e9)),
                    standardDeviation: distribution.required("stdev", .number(in: 0...1e9)),
                    minimum: range.minimum, maximum: range.maximum)
            case "empirical":
                distribution.fail(at: "kind", "lengths of a trace serve input_tokens and output_tokens only")
                return .constant(1)
            default:
                return .constant(distribution.required("value", token))
            }
        }
    }
}

extension JSONType<SharedDocuments> {
    static var documents: JSONType {
        .object { documents in
            SharedDocuments(
                count: documents.required("count", .integer(in: 1...1 << 20)),
                tokens: documents.required("tokens", .distribution),
                share: documents.optional("share", .number(in: 0...1), default: 1),
                zipfExponent: documents.optional("zipf_exponent", .number(in: 0...10), default: 1))
        }
    }
}

extension JSONType<SessionModel> {
    static var sessions: JSONType {
        .object { sessions in
            var model = SessionModel(
                turns: sessions.required("turns", .distribution),
                thinkMilliseconds: sessions.required("think_time_ms", .distribution),
                newTokens: sessions.required("new_tokens", .distribution))
            model.rewriteShare = sessions.optional("rewrite_share", .number(in: 0...1), default: 0)
            return model
        }
    }
}
