/// Generates requests from a configuration and a seed.
public enum RequestGenerator {
    /// The trace, the same on every machine and in every process for the same configuration and seed.
    ///
    /// Takes time and memory linear in requests and blocks. Throws when the configuration cannot be carried out.
    public static func generate(
        _ configuration: GeneratorConfiguration, seed: UInt64
    ) throws(GeneratorProblem) -> RequestTrace {
        try check(configuration)
        var arrivals = try ArrivalSampler(
            configuration.arrivals, tickNanoseconds: configuration.tickNanoseconds, seed: seed)
        var lengths = try LengthSampler(configuration.lengths, seed: seed)
        var prefixes = try PrefixBlocks(configuration, seed: seed)
        var sessions: SessionPool?
        if let model = configuration.sessions {
            sessions = try SessionPool(
                model, maximumInputTokens: configuration.maximumInputTokens, systemBlocks: prefixes.systemBlocks,
                seed: seed)
        }
        var trace = RequestTrace()
        trace.blockTokens = configuration.blockTokens
        if configuration.blockTokens > 0 { trace.blockStart = [0] }
        if sessions != nil {
            trace.sessionIDs = []
            trace.previousRequest = []
        }
        for request in 0..<configuration.requests {
            let time = try arrivals.next()
            let pair = try lengths.next()
            var conversation = sessions?.takeDue(at: time) ?? prefixes.newConversation(ownTokens: pair.input)
            conversation.limit(to: configuration.maximumInputTokens)
            prefixes.append(blocksOf: &conversation, to: &trace)
            trace.arrivalNanoseconds.append(time)
            trace.inputTokens.append(Int32(conversation.promptTokens))
            trace.outputTokens.append(Int32(pair.output))
            guard sessions != nil else { continue }
            conversation.outputTokens = pair.output
            try sessions?.finish(conversation, request: Int32(request), at: time, in: &trace)
        }
        trace.distinctBlocks = prefixes.distinctBlocks
        return trace
    }

    private static func check(_ configuration: GeneratorConfiguration) throws(GeneratorProblem) {
        guard configuration.requests >= 1, configuration.requests < Int32.max else {
            throw GeneratorProblem(
                field: "requests", found: "\(configuration.requests)",
                remedy: "generate between 1 and \(Int32.max - 1)")
        }
        guard (0...1 << 20).contains(configuration.blockTokens) else {
            throw GeneratorProblem(
                field: "blockTokens", found: "\(configuration.blockTokens)", remedy: "give 1 to 1048576, or 0 for none")
        }
        if let maximum = configuration.maximumInputTokens, maximum < 1 {
            throw GeneratorProblem(field: "maximumInputTokens", found: "\(maximum)", remedy: "give at least 1")
        }
        if case .closedLoop = configuration.arrivals, configuration.sessions != nil {
            throw GeneratorProblem(
                field: "sessions", found: "conversations without times of arrival",
                remedy: "use an open arrival process, or leave the sessions out")
        }
    }
}
