/// Turns a refusal of libjansson into a problem that points to the start of the offending token.
///
/// libjansson points behind the token and quotes only short ones, so the token is found again here.
struct JSONSyntaxDiagnosis {
    let text: [UInt8]
    let file: String?

    func problem(for failure: Jansson.Failure) -> JSONProblem {
        guard let end = failure.endOffset else {
            return JSONProblem(place: JSONPlace(file: file), message: failure.message)
        }
        let surroundings = surroundings(ofTokenEndingAt: end)
        let token = surroundings.token
        // A string that is not closed is shown from its start, anything else that is missing at the end.
        let atEnd = failure.kind == .endOfText && !isOpenString(token)
        let offset = atEnd ? text.count : token?.lowerBound ?? text.count
        return JSONProblem(
            place: JSONPlace(file: file, position: JSONPosition(ofByte: offset, in: text)),
            message: "not valid JSON: " + message(failure, token, atEnd),
            remedy: remedy(failure, surroundings, atEnd))
    }

    /// The offending token, the one before it, and the brackets that are open there.
    private struct Surroundings {
        var token: Range<Int>?
        var previous: Range<Int>?
        var open: [Int] = []
    }

    private func surroundings(ofTokenEndingAt end: Int) -> Surroundings {
        var tokens = JSONTokens(text)
        var result = Surroundings()
        while let token = tokens.next() {
            result.previous = result.token
            result.token = token
            if token.upperBound >= end, token.lowerBound < end { break }
            switch JSONTokens.depthChange(text[token.lowerBound]) {
            case 1: result.open.append(token.lowerBound)
            case -1: _ = result.open.popLast()
            default: break
            }
        }
        return result
    }

    private func message(_ failure: Jansson.Failure, _ token: Range<Int>?, _ atEnd: Bool) -> String {
        if token == nil { return "the text is empty" }
        if atEnd { return "\(failure.message) at the end of the text" }
        guard let token else { return failure.message }
        return "\(failure.message) near \(shortened(token))"
    }

    private func remedy(_ failure: Jansson.Failure, _ around: Surroundings, _ atEnd: Bool) -> String? {
        if atEnd, let bracket = around.open.last {
            let position = JSONPosition(ofByte: bracket, in: text)
            return "the \(Character(UnicodeScalar(text[bracket]))) at \(position) is not closed"
        }
        guard failure.kind == .other, let token = around.token else { return nil }
        if isCloser(token), startsWith(",", around.previous) { return "remove the comma before it" }
        if startsWith("/", token) || startsWith("#", token) { return "JSON has no comments" }
        if startsWith("'", token) { return "write texts in double quotes" }
        return Self.spellings[shortened(token)].map { "write \($0)" }
    }

    /// What other languages call the literals of JSON.
    private static let spellings = [
        "True": "true", "False": "false", "None": "null", "nil": "null", "NaN": "null",
        "Infinity": "null", "-Infinity": "null",
    ]

    private func startsWith(_ character: Unicode.Scalar, _ token: Range<Int>?) -> Bool {
        token.map { text[$0.lowerBound] == UInt8(ascii: character) } ?? false
    }

    private func isOpenString(_ token: Range<Int>?) -> Bool {
        guard let token, startsWith("\"", token) else { return false }
        if case .success = Jansson.parse(Array(text[token])) { return false }
        return true
    }

    private func isCloser(_ token: Range<Int>) -> Bool {
        JSONTokens.depthChange(text[token.lowerBound]) < 0
    }

    private func shortened(_ token: Range<Int>) -> String {
        let limit = 40
        let shown = String(decoding: text[token], as: UTF8.self)
        return shown.count <= limit ? shown : String(shown.prefix(limit)) + "…"
    }
}
