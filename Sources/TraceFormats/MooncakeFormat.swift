import JSONText

/// The traces of Mooncake (Qin et al., FAST'25; kvcache-ai/Mooncake, FAST25-release/traces).
///
/// `{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47, …]}`: milliseconds, tokens,
/// and chained ids of 512-token blocks, `ceil(input_length / 512)` of them.
struct MooncakeFormat: RequestFormatReader {
    static let signature = ["timestamp", "input_length", "output_length"]
    static let fields = RequestFields(
        arrival: "timestamp", input: "input_length", output: "output_length", blocks: "hash_ids")
    static let blockTokens = 512

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        let keys = JSONLineKeys(required: ["timestamp", "input_length", "output_length"], optional: ["hash_ids"])
        var row = RequestRow(arrivalNanoseconds: 0, inputTokens: 0, outputTokens: 0)
        var ids: [Int64] = []
        while try lines.next() {
            var scanner = JSONLineScanner(lines.buffer, in: lines.line)
            var hasIDs = false
            ids.removeAll(keepingCapacity: true)
            do throws(JSONLineProblem) {
                try scanner.beginObject()
                while let key = try scanner.nextKey(keys) {
                    switch key {
                    case 0: row.arrivalNanoseconds = try scanner.scaledInteger(decimals: 6)
                    case 1: row.inputTokens = try scanner.integer()
                    case 2: row.outputTokens = try scanner.integer()
                    case 3:
                        try scanner.integers(appendingTo: &ids)
                        hasIDs = true
                    default: try scanner.skipValue()
                    }
                }
                try scanner.endLine(keys)
            } catch {
                throw lines.problem(error)
            }
            try rows.append(row, lines)
            if hasIDs {
                try rows.append(blocks: ids, ofTokens: blockTokens, lines)
            } else {
                try rows.requireNoBlocksAbove(lines)
            }
        }
    }
}
