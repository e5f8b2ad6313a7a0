/// The processed traces of Vidur (microsoft/vidur, data/processed_traces/).
///
/// CSV with `arrived_at` (seconds), `num_prefill_tokens`, `num_decode_tokens`. Seconds come with binary dust
/// (`5.8926549999999995`), which is rounded to the nanosecond.
struct VidurFormat: RequestFormatReader {
    static let signature = ["arrived_at", "num_prefill_tokens", "num_decode_tokens"]
    static let fields = RequestFields(
        arrival: "arrived_at", input: "num_prefill_tokens", output: "num_decode_tokens")

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        var csv = try CSVRows(&lines)
        let arrival = try csv.header.column(fields.arrival, lines)
        let input = try csv.header.column(fields.input, lines)
        let output = try csv.header.column(fields.output, lines)
        while try csv.next(&lines) {
            let row = RequestRow(
                arrivalNanoseconds: try csv.cells.scaledInteger(arrival, decimals: 9, name: fields.arrival, in: lines),
                inputTokens: try csv.cells.integer(input, name: fields.input, in: lines),
                outputTokens: try csv.cells.integer(output, name: fields.output, in: lines))
            try rows.append(row, lines)
        }
    }
}
