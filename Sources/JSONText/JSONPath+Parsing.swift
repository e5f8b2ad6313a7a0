extension JSONPath {
    /// Reads `workloads.chat.pools[2].name`.
    ///
    /// A key with dots stands in brackets and quotes, double (with JSON escapes) or single (taken
    /// as it is): `models["qwen2.5"]`, `models['qwen2.5']`. The empty text is the root.
    /// - Throws: a ``JSONProblem`` that says what is wrong with the text.
    public init(parsing text: String) throws(JSONProblem) {
        var parser = PathParser(text: text, rest: Substring(text))
        components = try parser.components()
    }
}

private struct PathParser {
    let text: String
    var rest: Substring

    mutating func components() throws(JSONProblem) -> [JSONPath.Component] {
        var components: [JSONPath.Component] = []
        while let first = rest.first {
            if first == "[" {
                components.append(try bracketed())
            } else {
                if !components.isEmpty {
                    guard first == "." else { throw problem("a dot is missing before \"\(rest)\"", nil) }
                    rest.removeFirst()
                }
                components.append(.key(try plainKey()))
            }
        }
        return components
    }

    private mutating func plainKey() throws(JSONProblem) -> String {
        let key = rest.prefix { !".[]\"'".contains($0) }
        guard !key.isEmpty else {
            throw problem("a key is missing before \"\(rest)\"", "write keys as a.b.c or [\"a.b\"]")
        }
        rest = rest[key.endIndex...]
        if let next = rest.first, next != ".", next != "[" {
            throw problem("\(next) is not allowed in a plain key", "write it as [\"…\"]")
        }
        return String(key)
    }

    private mutating func bracketed() throws(JSONProblem) -> JSONPath.Component {
        rest.removeFirst()
        if let quote = rest.first, quote == "\"" || quote == "'" { return .key(try quoted(quote)) }
        let digits = rest.prefix { $0 != "]" }
        // Only ASCII digits: Int() would also take a sign.
        guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let index = Int(digits),
            digits.endIndex < rest.endIndex
        else {
            throw problem("[\(digits)] is not an index", "write an index from 0, or a key in quotes")
        }
        rest = rest[rest.index(after: digits.endIndex)...]
        return .index(index)
    }

    private mutating func quoted(_ quote: Character) throws(JSONProblem) -> String {
        var end = rest.index(after: rest.startIndex)
        while end < rest.endIndex, rest[end] != quote {
            let isEscape = quote == "\"" && rest[end] == "\\"
            _ = rest.formIndex(&end, offsetBy: isEscape ? 2 : 1, limitedBy: rest.endIndex)
        }
        guard end < rest.endIndex, rest[end...].dropFirst().first == "]" else {
            throw problem("a quoted key is not closed by \(quote)]", nil)
        }
        let token = rest[...end]
        rest = rest[end...].dropFirst(2)
        if quote == "'" { return String(token.dropFirst().dropLast()) }
        guard let key = (try? Jansson.parse(Array(token.utf8)).get())?.stringValue else {
            throw problem("\(token) is not a JSON string", nil)
        }
        return key
    }

    private func problem(_ message: String, _ remedy: String?) -> JSONProblem {
        JSONProblem(message: "\"\(text)\" is not a path: \(message)", remedy: remedy)
    }
}
