import JSONText
import TraceFormats

/// inference-perf's shared-prefix workload: users behind system prompts that ask in turn, at a constant rate per stage.
///
/// Every request is the user's system prompt and a new question; the conversation is not repeated, though the
/// configuration speaks of turns, since the tool sends prompts of constant length. Requests are evenly spaced.
struct InferencePerfWorkload {
    /// Engines share prefixes in blocks of this many tokens.
    static let blockTokens = 16

    struct Stage {
        var start: Int64
        var end: Int64
        var requests: Int
    }

    private(set) var stages: [Stage] = []
    private let systemPrompts: Int
    private let systemTokens: Int
    private let questionTokens: Int
    /// Tokens of every answer.
    var outputTokens: Int
    private let users: Int

    /// - Parameter path: of the workload in the row, dotted.
    init(_ row: MeasurementTable.Row, of table: MeasurementTable, at path: String) throws(FileProblem) {
        func number(_ name: String) throws(FileProblem) -> Double { try table.number(row, path + "." + name) }
        func count(_ name: String, from least: Int) throws(FileProblem) -> Int {
            let value = try number("shared_prefix." + name)
            guard value >= Double(least), value < 1e6, value == value.rounded() else {
                throw FileProblem(
                    path: "\(table.file):\(row.number)", message: "expected a count of at least \(least) in \(name)")
            }
            return Int(value)
        }
        systemPrompts = try count("num_unique_system_prompts", from: 1)
        users = try count("num_users_per_system_prompt", from: 1)
        systemTokens = try count("system_prompt_len", from: 0)
        questionTokens = try count("question_len", from: 1)
        outputTokens = try count("output_len", from: 1)
        var start: Int64 = 0
        while row.cells["\(path).stages.\(stages.count).rate"] != nil {
            let stage = "stages.\(stages.count)"
            let duration = try number(stage + ".duration"), rate = try number(stage + ".rate")
            guard duration > 0, duration < 1e6, rate > 0, rate < 1e5 else {
                throw FileProblem(
                    path: "\(table.file):\(row.number)", message: "expected a duration and a rate above 0 in \(stage)")
            }
            let end = start + Int64((duration * 1e9).rounded())
            stages.append(Stage(start: start, end: end, requests: Int((duration * rate).rounded())))
            start = end
        }
        guard !stages.isEmpty else {
            throw FileProblem(path: "\(table.file):\(row.number)", message: "has no stages under \(path)")
        }
    }

    /// When a stage's requests arrive; all of them for `nil`.
    func window(stage: Int?) -> Range<Int64>? {
        guard let stage else { return 0..<Int64.max }
        return stages.indices.contains(stage) ? stages[stage].start..<stages[stage].end : nil
    }

    /// The requests.
    func trace() -> RequestTrace {
        var trace = RequestTrace()
        let input = systemTokens + questionTokens
        let shared = systemTokens / Self.blockTokens
        let blocks = (input + Self.blockTokens - 1) / Self.blockTokens
        trace.blockTokens = Self.blockTokens
        trace.blockStart = [0]
        var seen = Array(repeating: Int32(-1), count: systemPrompts)
        var nextBlock: Int32 = 0
        for stage in stages {
            for index in 0..<stage.requests {
                let offset = (stage.end - stage.start) / Int64(stage.requests) * Int64(index)
                let prompt = trace.count / max(1, users) % systemPrompts
                trace.arrivalNanoseconds.append(stage.start + offset)
                trace.inputTokens.append(Int32(input))
                trace.outputTokens.append(Int32(outputTokens))
                if seen[prompt] < 0 {
                    seen[prompt] = nextBlock
                    nextBlock += Int32(shared)
                }
                for block in 0..<shared { trace.blockIDs.append(seen[prompt] + Int32(block)) }
                for _ in shared..<blocks {
                    trace.blockIDs.append(nextBlock)
                    nextBlock += 1
                }
                trace.blockStart.append(trace.blockIDs.count)
            }
        }
        trace.distinctBlocks = Int(nextBlock)
        return trace
    }
}
