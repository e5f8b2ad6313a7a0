/// A property of a trace that is not wrong but may surprise.
public enum TraceLint: Sendable, Equatable, CustomStringConvertible {
    /// Requests that generate nothing.
    case emptyOutputs(requests: Int)
    /// Rows that were sorted into place.
    case unsortedRows(rows: Int)
    /// Timestamps rounded to a tick, so that requests arrive in bursts that never were.
    case coarseTicks(tickNanoseconds: Int64, requestsPerTick: Double)
    /// Prompts beyond the context of most models.
    case longPrompts(requests: Int, beyondTokens: Int)
    /// All requests arrive at one time.
    case singleArrival
    /// Rows that the format marks as failed.
    case failures(rows: Int)
    /// Ids that stood behind different blocks at different places.
    case rechainedBlocks(blocks: Int)

    /// Prompts of more tokens than this are reported: 128 Ki, the largest context that is common.
    public static let longPromptTokens = 131_072

    /// The lints of a trace and its summary, in the order of the cases.
    static func all(of trace: RequestTrace, _ summary: TraceSummary) -> [TraceLint] {
        var lints: [TraceLint] = []
        let empty = trace.outputTokens.count { $0 == 0 }
        if empty > 0 { lints.append(.emptyOutputs(requests: empty)) }
        if trace.reorderedRows > 0 { lints.append(.unsortedRows(rows: trace.reorderedRows)) }
        if summary.tickNanoseconds > 0 {
            lints.append(
                .coarseTicks(tickNanoseconds: summary.tickNanoseconds, requestsPerTick: summary.arrivalsPerTick))
        }
        let long = trace.inputTokens.count { $0 > longPromptTokens }
        if long > 0 { lints.append(.longPrompts(requests: long, beyondTokens: longPromptTokens)) }
        if trace.count > 1, summary.distinctArrivals == 1 { lints.append(.singleArrival) }
        if trace.failures > 0 { lints.append(.failures(rows: trace.failures)) }
        if trace.rechainedBlocks > 0 { lints.append(.rechainedBlocks(blocks: trace.rechainedBlocks)) }
        return lints
    }

    /// One sentence, without a full stop.
    public var description: String {
        switch self {
        case .emptyOutputs(let requests):
            "\(requests) requests generate no token"
        case .unsortedRows(let rows):
            "\(rows) rows arrive before the row above them; they were sorted"
        case .coarseTicks(let tick, let requests):
            "timestamps are rounded to ticks of \(Self.milliseconds(tick)) ms with \(Self.tenths(requests)) requests "
                + "each; spread_ticks removes the false bursts"
        case .longPrompts(let requests, let tokens):
            "\(requests) prompts have more than \(tokens) tokens"
        case .singleArrival:
            "all requests arrive at one time"
        case .failures(let rows):
            "\(rows) failed rows were left out"
        case .rechainedBlocks(let blocks):
            "\(blocks) block ids stand behind different blocks; each chain was told apart"
        }
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        nanoseconds % 1_000_000 == 0 ? "\(nanoseconds / 1_000_000)" : "\(Double(nanoseconds) / 1e6)"
    }

    private static func tenths(_ value: Double) -> String {
        "\((value * 10).rounded() / 10)"
    }
}
