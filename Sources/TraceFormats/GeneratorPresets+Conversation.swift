extension GeneratorConfiguration {
    /// Traffic like the conversation trace of Mooncake (Qin et al., FAST'25): long prompts of a chat assistant with
    /// files.
    ///
    /// 12,031 requests in about 59 minutes on a clock that ticks every 3 s, a system prompt common to all,
    /// conversations of mostly few turns with users who think for minutes, 512-token blocks. Answers and thinking
    /// follow quantiles measured on that trace; first prompts, new text and turns were fitted so that all prompts
    /// together, and the reuse of prefixes, come out as measured (`Traces/README.md` compares the two). Not modelled:
    /// the relation of prompt and answer lengths, whose logarithms correlate by 0.05 in the trace; conversations of
    /// ten turns and more, which are rarer here.
    public static let conversation: GeneratorConfiguration = {
        var configuration = GeneratorConfiguration(
            requests: 12_031, arrivals: .gamma(requestsPerSecond: 3.4, coefficientOfVariation: 1.05),
            lengths: .independent(input: .quantiles(conversationPrompts), output: .quantiles(conversationAnswers)))
        configuration.tickNanoseconds = 3_000_000_000
        configuration.blockTokens = 512
        configuration.systemPromptTokens = 880
        configuration.maximumInputTokens = 126_200
        var sessions = SessionModel(
            turns: .lognormalQuantiles(median: 0.67, p90: 2.8, minimum: 1, maximum: 60),
            thinkMilliseconds: .quantiles(conversationThinking),
            newTokens: .quantiles(conversationNewText))
        sessions.rewriteShare = 0.35
        configuration.sessions = sessions
        return configuration
    }()

    /// Tokens of a conversation's first prompt behind the system prompt.
    private static let conversationPrompts = [
        QuantilePoint(0, 11), QuantilePoint(0.05, 17), QuantilePoint(0.1, 25), QuantilePoint(0.15, 63),
        QuantilePoint(0.2, 212), QuantilePoint(0.25, 480), QuantilePoint(0.3, 950), QuantilePoint(0.4, 3200),
        QuantilePoint(0.5, 4750), QuantilePoint(0.6, 7100), QuantilePoint(0.7, 10_500), QuantilePoint(0.75, 12_700),
        QuantilePoint(0.8, 15_400), QuantilePoint(0.85, 18_800), QuantilePoint(0.9, 24_200),
        QuantilePoint(0.95, 35_000), QuantilePoint(0.975, 50_000), QuantilePoint(0.99, 76_000),
        QuantilePoint(0.995, 98_000), QuantilePoint(1, 125_300),
    ]

    private static let conversationAnswers = [
        QuantilePoint(0, 1), QuantilePoint(0.05, 10), QuantilePoint(0.1, 24), QuantilePoint(0.2, 100),
        QuantilePoint(0.3, 213), QuantilePoint(0.4, 291), QuantilePoint(0.5, 350), QuantilePoint(0.6, 399),
        QuantilePoint(0.7, 447), QuantilePoint(0.8, 504), QuantilePoint(0.9, 597), QuantilePoint(0.95, 698),
        QuantilePoint(0.975, 835), QuantilePoint(0.99, 1119), QuantilePoint(0.995, 1568), QuantilePoint(1, 2000),
    ]

    /// Tokens that a turn adds: mostly a short question, sometimes a file.
    private static let conversationNewText = [
        QuantilePoint(0, 1), QuantilePoint(0.1, 4), QuantilePoint(0.2, 8), QuantilePoint(0.3, 12),
        QuantilePoint(0.4, 17), QuantilePoint(0.5, 28), QuantilePoint(0.6, 58), QuantilePoint(0.7, 201),
        QuantilePoint(0.8, 786), QuantilePoint(0.85, 1700), QuantilePoint(0.9, 2600), QuantilePoint(0.95, 4300),
        QuantilePoint(0.975, 6300), QuantilePoint(0.99, 10_300), QuantilePoint(1, 60_000),
    ]

    /// Milliseconds from one request of a conversation to the next.
    private static let conversationThinking = [
        QuantilePoint(0, 6000), QuantilePoint(0.05, 30_000), QuantilePoint(0.1, 42_000), QuantilePoint(0.2, 60_000),
        QuantilePoint(0.3, 75_000), QuantilePoint(0.4, 96_000), QuantilePoint(0.5, 123_000),
        QuantilePoint(0.6, 162_000), QuantilePoint(0.7, 222_000), QuantilePoint(0.8, 318_000),
        QuantilePoint(0.9, 483_000), QuantilePoint(0.95, 615_000), QuantilePoint(0.99, 1_477_000),
        QuantilePoint(1, 3_030_000),
    ]
}
