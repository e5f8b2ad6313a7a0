import JSONText

/// The project's own JSON Lines of requests, `simulate-requests/1`.
///
/// ```
/// {"format":"simulate-requests/1","block_tokens":512}
/// {"arrival_ns":0,"input_tokens":700,"output_tokens":45,"hash_ids":[0,1],"session":0}
/// {"arrival_s":2.5,"input_tokens":1100,"output_tokens":60,"hash_ids":[0,2,3],"session":0,"previous":0}
/// ```
///
/// The first line names the format; `block_tokens` stands there if and only if every request has `hash_ids`, which
/// then are `ceil(input_tokens / block_tokens)` integers. Each further line is a request: `arrival_ns` (integer) or
/// `arrival_s` (number), `input_tokens` (at least 1), `output_tokens`; and, on all lines or on none, `session`
/// (integer), with which `previous` may tell the request it continues, counted from 0 in the order of the file. Any
/// other key is an error.
public struct SimulateRequestFormat: RequestFormatReader {
    /// What the first line's `format` says.
    public static let name = "simulate-requests/1"

    static let signature = ["format"]
    static let fields = RequestFields(
        arrival: "arrival_ns", input: "input_tokens", output: "output_tokens", blocks: "hash_ids")
    private static let headerKeys = JSONLineKeys(required: ["format"], optional: ["block_tokens"])
    private static let keys = JSONLineKeys(
        required: ["input_tokens", "output_tokens"],
        optional: ["arrival_ns", "arrival_s", "hash_ids", "session", "previous"])

    private struct Line {
        var row = RequestRow(arrivalNanoseconds: 0, inputTokens: 0, outputTokens: 0)
        var arrivals = 0
        var ids: [Int64] = []
        var hasIDs = false
        var session: Int64?
        var previous: Int64?
    }

    static func read(_ lines: inout LineReader, into rows: inout RequestRows) throws(TraceProblem) {
        guard try lines.next() else { throw lines.emptyFile() }
        let blockTokens = try readHeader(lines)
        var line = Line()
        var sessionNumbers: [Int64: Int32] = [:]
        while try lines.next() {
            try scan(&line, lines)
            guard line.arrivals == 1 else {
                throw lines.problem(
                    field: "arrival_ns", found: line.arrivals == 0 ? "no time of arrival" : "two times of arrival",
                    remedy: "give either arrival_ns or arrival_s")
            }
            try rows.append(line.row, lines)
            guard line.hasIDs == (blockTokens > 0) else {
                throw lines.problem(
                    field: "hash_ids", found: line.hasIDs ? "blocks of unknown size" : "no blocks",
                    remedy: "give block_tokens on the first line and hash_ids on every other, or neither")
            }
            if line.hasIDs { try rows.append(blocks: line.ids, ofTokens: blockTokens, lines) }
            try link(line, &sessionNumbers, lines, into: &rows)
        }
    }

    /// The tokens per block that the header gives; 0 when it gives none.
    private static func readHeader(_ lines: borrowing LineReader) throws(TraceProblem) -> Int {
        var scanner = JSONLineScanner(lines.buffer, in: lines.line)
        var format = ""
        var blockTokens: Int64?
        do throws(JSONLineProblem) {
            try scanner.beginObject()
            while let key = try scanner.nextKey(headerKeys) {
                switch key {
                case 0: format = try scanner.string()
                case 1: blockTokens = try scanner.integer()
                default: throw unknownKey(&scanner, headerKeys)
                }
            }
            try scanner.endLine(headerKeys)
        } catch {
            throw lines.problem(error)
        }
        guard format == name else {
            throw lines.problem(field: "format", found: "found \"\(format)\"", remedy: "this version reads \"\(name)\"")
        }
        guard let blockTokens else { return 0 }
        guard (1...1 << 20).contains(blockTokens) else {
            throw lines.problem(
                field: "block_tokens", found: "found \(blockTokens)", remedy: "a block has 1 to 1048576 tokens")
        }
        return Int(blockTokens)
    }

    private static func scan(_ line: inout Line, _ lines: borrowing LineReader) throws(TraceProblem) {
        var ids = line.ids
        line = Line()
        ids.removeAll(keepingCapacity: true)
        var scanner = JSONLineScanner(lines.buffer, in: lines.line)
        do throws(JSONLineProblem) {
            try scanner.beginObject()
            while let key = try scanner.nextKey(keys) {
                switch key {
                case 0: line.row.inputTokens = try scanner.integer()
                case 1: line.row.outputTokens = try scanner.integer()
                case 2, 3:
                    line.row.arrivalNanoseconds =
                        key == 2 ? try scanner.integer() : try scanner.scaledInteger(decimals: 9)
                    line.arrivals += 1
                case 4:
                    try scanner.integers(appendingTo: &ids)
                    line.hasIDs = true
                case 5: line.session = try scanner.integer()
                case 6: line.previous = try scanner.integer()
                default: throw unknownKey(&scanner, keys)
                }
            }
            try scanner.endLine(keys)
        } catch {
            throw lines.problem(error)
        }
        line.ids = ids
    }

    /// Adds the conversation of the line read last, after checking it against the lines above.
    private static func link(
        _ line: Line, _ numbers: inout [Int64: Int32], _ lines: borrowing LineReader, into rows: inout RequestRows
    ) throws(TraceProblem) {
        let index = rows.count - 1
        guard (line.session != nil) == (rows.sessions.count == index) || index == 0 else {
            throw lines.problem(
                field: "session",
                found: line.session == nil ? "no session here but above" : "a session here but not above",
                remedy: "give every request its session, or none")
        }
        guard let session = line.session else {
            guard line.previous == nil else {
                throw lines.problem(field: "previous", found: "no session beside it", remedy: "give the session, too")
            }
            return
        }
        let next = Int32(numbers.count)
        let number = numbers[session] ?? next
        numbers[session] = number
        let previous = line.previous ?? -1
        guard previous >= -1, previous < index else {
            throw lines.problem(
                field: "previous", found: "found \(previous)", remedy: "name an earlier request, counted from 0")
        }
        guard previous < 0 || rows.sessions[Int(previous)] == number else {
            throw lines.problem(
                field: "previous", found: "request \(previous) of another session",
                remedy: "name a request of the same session")
        }
        rows.append(session: number, previous: Int32(previous))
    }

    private static func unknownKey(_ scanner: inout JSONLineScanner, _ keys: JSONLineKeys) -> JSONLineProblem {
        let name = scanner.currentKey ?? ""
        let nearest = Spelling.nearest(to: name, among: keys.names).map { "\"\($0)\"" }
        return scanner.problem(
            found: "an unknown key", expected: nearest ?? "one of the keys \(keys.names.joined(separator: ", "))")
    }
}
