/// The formats of request traces that can be read. The raw value is the name in scenarios and on the command line.
public enum RequestTraceFormat: String, Sendable, CaseIterable {
    /// Whichever of the others the first line is of.
    case auto
    /// The project's own JSON Lines; see ``SimulateRequestFormat`` for its definition.
    case simulate
    /// Mooncake (FAST'25) JSON Lines: milliseconds, lengths, ids of 512-token blocks.
    case mooncake
    /// Azure LLM inference traces 2023 and 2024: date and time, context tokens, generated tokens.
    case azure
    /// Vidur's processed traces: seconds, prefill tokens, decode tokens.
    case vidur
    /// BurstGPT: seconds, request tokens, response tokens; an empty response is a failure.
    case burstgpt
    /// Qwen-Bailian JSON Lines: chats, seconds, lengths, ids of 16-token blocks.
    case bailian
    /// LLMServingSim workloads: tokens and nanoseconds; token ids are skipped.
    case llmservingsim

    /// The reader of the format; nil for `auto`.
    var reader: (any RequestFormatReader.Type)? {
        switch self {
        case .auto: nil
        case .simulate: SimulateRequestFormat.self
        case .mooncake: MooncakeFormat.self
        case .azure: AzureFormat.self
        case .vidur: VidurFormat.self
        case .burstgpt: BurstGPTFormat.self
        case .bailian: BailianFormat.self
        case .llmservingsim: LLMServingSimFormat.self
        }
    }
}

/// One format: how its first line looks, and how its lines become rows.
protocol RequestFormatReader {
    /// Keys of the first JSON object, or names of the CSV header, by which a file is known to be of this format.
    static var signature: [String] { get }
    /// The names that the format has for what a row holds, for messages.
    static var fields: RequestFields { get }
    /// Appends all rows of the file.
    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem)
}

/// What a format calls the parts of a request.
struct RequestFields: Sendable {
    var arrival: String
    var input: String
    var output: String
    var blocks = ""
}
