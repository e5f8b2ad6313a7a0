/// One sample of a recorded reinforcement-learning step.
public struct RolloutRow: Sendable, Equatable {
    /// The training step, as numbered in the file.
    public var step: Int
    /// The prompt within its step.
    public var prompt: Int
    /// The sample of its prompt.
    public var sample: Int
    /// Tokens of the prompt, at least 1.
    public var promptTokens: Int
    /// Tokens of the response, at least 1.
    public var responseTokens: Int
    /// Its reward, where the file states one.
    public var reward: Double?
    /// How long it waited for tools in all, in nanoseconds, where the file states it.
    public var toolNanoseconds: Int64?

    /// A sample.
    public init(
        step: Int, prompt: Int, sample: Int, promptTokens: Int, responseTokens: Int, reward: Double? = nil,
        toolNanoseconds: Int64? = nil
    ) {
        self.step = step
        self.prompt = prompt
        self.sample = sample
        self.promptTokens = promptTokens
        self.responseTokens = responseTokens
        self.reward = reward
        self.toolNanoseconds = toolNanoseconds
    }
}

/// Reads lengths of recorded rollouts: CSV with the columns
/// `step,prompt_id,sample_id,prompt_tokens,response_tokens` and, where known, `reward` and `tool_ms`, in any order.
public enum RolloutTraceReader {
    /// The largest length that is believed, in tokens.
    static let longest: Int64 = 1 << 30

    /// Reads the file at `path`.
    /// - Throws: the first problem in the order of the file.
    public static func read(path: String) throws(TraceProblem) -> [RolloutRow] {
        try rows(try LineReader(path: path))
    }

    /// Reads a trace that is in memory; `name` stands for the file in problems.
    public static func read(bytes: [UInt8], name: String = "trace") throws(TraceProblem) -> [RolloutRow] {
        try rows(LineReader(bytes: bytes, name: name))
    }

    private static func rows(_ source: consuming LineReader) throws(TraceProblem) -> [RolloutRow] {
        var lines = source
        var csv = try CSVRows(&lines)
        let step = try csv.header.column("step", lines), prompt = try csv.header.column("prompt_id", lines)
        let sample = try csv.header.column("sample_id", lines)
        let promptTokens = try csv.header.column("prompt_tokens", lines)
        let responseTokens = try csv.header.column("response_tokens", lines)
        let reward = csv.header.optionalColumn("reward"), tool = csv.header.optionalColumn("tool_ms")
        var rows: [RolloutRow] = []
        while try csv.next(&lines) {
            var row = RolloutRow(
                step: try count(csv.cells, step, "step", from: 0, lines),
                prompt: try count(csv.cells, prompt, "prompt_id", from: 0, lines),
                sample: try count(csv.cells, sample, "sample_id", from: 0, lines),
                promptTokens: try count(csv.cells, promptTokens, "prompt_tokens", from: 1, lines),
                responseTokens: try count(csv.cells, responseTokens, "response_tokens", from: 1, lines))
            if let reward, !csv.cells.isEmpty(reward) {
                let millionths = try csv.cells.scaledInteger(reward, decimals: 6, name: "reward", in: lines)
                row.reward = Double(millionths) / 1e6
            }
            if let tool, !csv.cells.isEmpty(tool) {
                let time = try csv.cells.scaledInteger(tool, decimals: 6, name: "tool_ms", in: lines)
                guard time >= 0 else {
                    throw lines.problem(field: "tool_ms", found: "a negative time", remedy: "expected 0 or more")
                }
                row.toolNanoseconds = time
            }
            rows.append(row)
        }
        guard !rows.isEmpty else { throw lines.emptyFile() }
        return rows
    }

    private static func count(
        _ cells: CSVCells, _ index: Int, _ name: String, from least: Int64, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> Int {
        let value = try cells.integer(index, name: name, in: lines)
        guard value >= least, value <= longest else {
            throw lines.problem(field: name, found: "found \(value)", remedy: "expected \(least) to \(longest)")
        }
        return Int(value)
    }
}
