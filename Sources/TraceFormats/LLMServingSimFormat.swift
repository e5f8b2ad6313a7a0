import JSONText

/// The workloads of LLMServingSim (casys-kaist/LLMServingSim, workloads/).
///
/// `{"input_toks": 2358, "output_toks": 531, "arrival_time_ns": 46926808, "input_tok_ids": […], "output_tok_ids":
/// […]}`: tokens and nanoseconds. Token ids, where present, are passed over.
struct LLMServingSimFormat: RequestFormatReader {
    static let signature = ["input_toks", "output_toks", "arrival_time_ns"]
    static let fields = RequestFields(arrival: "arrival_time_ns", input: "input_toks", output: "output_toks")

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        let keys = JSONLineKeys(required: signature)
        var row = RequestRow(arrivalNanoseconds: 0, inputTokens: 0, outputTokens: 0)
        while try lines.next() {
            var scanner = JSONLineScanner(lines.buffer, in: lines.line)
            do throws(JSONLineProblem) {
                try scanner.beginObject()
                while let key = try scanner.nextKey(keys) {
                    switch key {
                    case 0: row.inputTokens = try scanner.integer()
                    case 1: row.outputTokens = try scanner.integer()
                    case 2: row.arrivalNanoseconds = try scanner.scaledInteger(decimals: 0)
                    default: try scanner.skipValue()
                    }
                }
                try scanner.endLine(keys)
            } catch {
                throw lines.problem(error)
            }
            try rows.append(row, lines)
        }
    }
}
