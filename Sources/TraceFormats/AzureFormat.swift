/// The Azure LLM inference traces 2023 (Splitwise, ISCA'24) and 2024 (DynamoLLM, HPCA'25; Azure/AzurePublicDataset).
///
/// CSV with `TIMESTAMP` (date and time, see ``DateAndTime``), `ContextTokens`, `GeneratedTokens`.
struct AzureFormat: RequestFormatReader {
    static let signature = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]
    static let fields = RequestFields(arrival: "TIMESTAMP", input: "ContextTokens", output: "GeneratedTokens")

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        var csv = try CSVRows(&lines)
        let arrival = try csv.header.column(fields.arrival, lines)
        let input = try csv.header.column(fields.input, lines)
        let output = try csv.header.column(fields.output, lines)
        while try csv.next(&lines) {
            let range = csv.cells.range(arrival)
            guard let time = DateAndTime.nanoseconds(lines.buffer, in: range) else {
                throw lines.problem(
                    field: fields.arrival, column: range.lowerBound - lines.line.lowerBound + 1,
                    found: "found \(csv.cells.text(arrival, in: lines))",
                    remedy: "expected a date and time such as 2023-11-16 18:17:03.9799600 or 2024-05-12 00:00:10+00:00")
            }
            let row = RequestRow(
                arrivalNanoseconds: time,
                inputTokens: try csv.cells.integer(input, name: fields.input, in: lines),
                outputTokens: try csv.cells.integer(output, name: fields.output, in: lines))
            try rows.append(row, lines)
        }
    }
}
