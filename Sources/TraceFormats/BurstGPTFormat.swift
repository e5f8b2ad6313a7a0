/// BurstGPT (Wang et al., arXiv 2401.17644; HPMLL/BurstGPT).
///
/// CSV with `Timestamp` (seconds), `Request tokens`, `Response tokens` and, since version 2, `Session ID`, which is
/// empty for API calls. A row with 0 response tokens is a failed request: counted, not offered. A request continues
/// the one before it in its session.
struct BurstGPTFormat: RequestFormatReader {
    static let signature = ["Timestamp", "Request tokens", "Response tokens"]
    static let fields = RequestFields(arrival: "Timestamp", input: "Request tokens", output: "Response tokens")

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        var csv = try CSVRows(&lines)
        let arrival = try csv.header.column(fields.arrival, lines)
        let input = try csv.header.column(fields.input, lines)
        let output = try csv.header.column(fields.output, lines)
        let session = csv.header.optionalColumn("Session ID")
        var sessions = SessionLinks()
        while try csv.next(&lines) {
            let row = RequestRow(
                arrivalNanoseconds: try csv.cells.scaledInteger(arrival, decimals: 9, name: fields.arrival, in: lines),
                inputTokens: try csv.cells.integer(input, name: fields.input, in: lines),
                outputTokens: try csv.cells.integer(output, name: fields.output, in: lines))
            if row.outputTokens == 0 {
                rows.failures += 1
                continue
            }
            try rows.append(row, lines)
            guard let session else { continue }
            let name = csv.cells.isEmpty(session) ? nil : csv.cells.text(session, in: lines)
            let link = sessions.add(named: name)
            rows.append(session: link.session, previous: link.previous)
        }
    }
}
