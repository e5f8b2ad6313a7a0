import JSONText

/// The Qwen-Bailian traces (Wang et al., USENIX ATC'25; alibaba-edu/qwen-bailian-usagetraces-anon).
///
/// `{"chat_id": 159, "parent_chat_id": 55, "timestamp": 61.114, "input_length": 521, "output_length": 132,
/// "type": "text", "turn": 2, "hash_ids": [1089, …]}`: seconds, tokens, ids of 16-token blocks; a parent of -1 starts
/// a conversation. Its blocks are hashed one by one, so ``BlockChain`` makes chains of them.
struct BailianFormat: RequestFormatReader {
    static let signature = ["chat_id", "timestamp", "input_length", "output_length"]
    static let fields = RequestFields(
        arrival: "timestamp", input: "input_length", output: "output_length", blocks: "hash_ids")
    static let blockTokens = 16

    private struct Line {
        var row = RequestRow(arrivalNanoseconds: 0, inputTokens: 0, outputTokens: 0)
        var chat: Int64 = 0
        var parent: Int64 = -1
        var ids: [Int64] = []
        var hasIDs = false
    }

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        let keys = JSONLineKeys(
            required: ["chat_id", "timestamp", "input_length", "output_length"],
            optional: ["parent_chat_id", "hash_ids"])
        var sessions = SessionLinks()
        var line = Line()
        while try lines.next() {
            do throws(JSONLineProblem) {
                try scan(&line, keys, lines)
            } catch {
                throw lines.problem(error)
            }
            try rows.append(line.row, lines)
            if line.hasIDs {
                try rows.append(blocks: line.ids, ofTokens: blockTokens, lines)
            } else {
                try rows.requireNoBlocksAbove(lines)
            }
            let link = sessions.add(chat: line.chat, parent: line.parent)
            rows.append(session: link.session, previous: link.previous)
        }
    }

    private static func scan(
        _ line: inout Line, _ keys: JSONLineKeys, _ lines: borrowing LineReader
    ) throws(JSONLineProblem) {
        var scanner = JSONLineScanner(lines.buffer, in: lines.line)
        line.ids.removeAll(keepingCapacity: true)
        line.hasIDs = false
        line.parent = -1
        try scanner.beginObject()
        while let key = try scanner.nextKey(keys) {
            switch key {
            case 0: line.chat = try scanner.integer()
            case 1: line.row.arrivalNanoseconds = try scanner.scaledInteger(decimals: 9)
            case 2: line.row.inputTokens = try scanner.integer()
            case 3: line.row.outputTokens = try scanner.integer()
            case 4: line.parent = try scanner.integer()
            case 5:
                try scanner.integers(appendingTo: &line.ids)
                line.hasIDs = true
            default: try scanner.skipValue()
            }
        }
        try scanner.endLine(keys)
    }
}
