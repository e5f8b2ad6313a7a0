/// What traffic the generator makes.
///
/// ```swift
/// var traffic = GeneratorConfiguration(
///     requests: 10_000, arrivals: .poisson(requestsPerSecond: 20),
///     lengths: .independent(
///         input: .normal(mean: 512, standardDeviation: 256, minimum: 2, maximum: 7000),
///         output: .lognormalQuantiles(median: 200, p90: 600, minimum: 1, maximum: 4096)))
/// traffic.blockTokens = 16
/// traffic.systemPromptTokens = 800
/// let trace = try RequestGenerator.generate(traffic, seed: 1)
/// ```
///
/// Every quantity is drawn from a random stream of its own, so that turning on one feature leaves the others' numbers
/// as they are: sessions do not move arrivals, another output distribution does not move inputs.
public struct GeneratorConfiguration: Sendable, Equatable {
    /// How many requests; at least 1.
    public var requests: Int
    /// When they arrive.
    public var arrivals: ArrivalProcess
    /// Prompt and answer of a request; of a conversation's first request, the prompt behind all shared prefixes.
    public var lengths: LengthModel
    /// Arrivals are rounded down to multiples of this, like a trace with a coarse clock; 0: they are not.
    public var tickNanoseconds: Int64 = 0
    /// Tokens per prefix block; 0: no block ids.
    public var blockTokens = 0
    /// Tokens that begin every prompt.
    public var systemPromptTokens = 0
    /// Texts that many prompts begin with, behind the system prompt.
    public var documents: SharedDocuments?
    /// Conversations of several turns; nil: every request stands alone.
    public var sessions: SessionModel?
    /// The longest prompt: a first one is cut to it, a conversation that would grow beyond it ends. Nil: no limit.
    public var maximumInputTokens: Int?

    /// Requests that stand alone, without blocks and shared prefixes; set the other properties for more.
    public init(requests: Int, arrivals: ArrivalProcess, lengths: LengthModel) {
        self.requests = requests
        self.arrivals = arrivals
        self.lengths = lengths
    }
}

/// Lengths of prompts and answers.
public enum LengthModel: Sendable, Equatable {
    /// Each from its own distribution.
    case independent(input: IntegerDistribution, output: IntegerDistribution)
    /// Both of one request of another trace, each request alike, so that their relation stays.
    case pairs([TokenPair])

    /// The pairs of a trace.
    public static func pairs(of trace: RequestTrace) -> LengthModel {
        .pairs(zip(trace.inputTokens, trace.outputTokens).map { TokenPair(input: $0, output: $1) })
    }
}

/// Lengths of one prompt and its answer.
public struct TokenPair: Sendable, Equatable {
    /// Tokens of the prompt; at least 1.
    public var input: Int32
    /// Tokens of the answer; at least 0.
    public var output: Int32

    /// A pair; whether it is a possible one is checked when it is drawn from.
    public init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }
}

/// Popular texts, such as manuals or code bases, that several conversations begin with.
public struct SharedDocuments: Sendable, Equatable {
    /// How many there are; at least 1.
    public var count: Int
    /// Length of each.
    public var tokens: IntegerDistribution
    /// Share of conversations (requests, without sessions) that begin with one; 0 to 1.
    public var share: Double
    /// Popularity: the `k`-th is chosen with weight `k^-exponent`; 0 makes all alike.
    public var zipfExponent: Double

    /// Documents; ranges are checked by the generator.
    public init(count: Int, tokens: IntegerDistribution, share: Double, zipfExponent: Double) {
        self.count = count
        self.tokens = tokens
        self.share = share
        self.zipfExponent = zipfExponent
    }
}

/// Conversations: the next prompt is the last prompt, its answer and new text.
///
/// Arrivals stay what they are; a conversation whose user has finished thinking takes the next one, before a new
/// conversation may. So thinking takes up to one gap longer than drawn, and the rate is the one asked for.
public struct SessionModel: Sendable, Equatable {
    /// Requests of a conversation; at least 1.
    public var turns: IntegerDistribution
    /// From one arrival of a conversation until it is ready for its next.
    public var thinkMilliseconds: IntegerDistribution
    /// Tokens that a later turn adds to prompt and answer of the turn before it.
    public var newTokens: IntegerDistribution
    /// Share of later turns that rewrite the conversation from some point on, as an edited question does: the prompt
    /// is as long as ever, but only `u * u` of its blocks stay what they were, `u` being uniform. Without blocks, no
    /// effect.
    public var rewriteShare = 0.0

    /// Conversations without rewriting; ranges are checked by the generator.
    public init(turns: IntegerDistribution, thinkMilliseconds: IntegerDistribution, newTokens: IntegerDistribution) {
        self.turns = turns
        self.thinkMilliseconds = thinkMilliseconds
        self.newTokens = newTokens
    }
}
