import JSONText

/// Reads a condition by recursive descent, one level of binding at a time.
struct SweepConditionParser {
    private typealias Expression = SweepCondition.Expression

    private let text: String
    private let tokens: [String]
    private var next = 0

    init(_ text: String) {
        self.text = text
        tokens = Self.split(text)
    }

    mutating func whole() throws(JSONProblem) -> SweepCondition.Expression {
        let result = try level(0)
        guard next == tokens.count else { throw problem("unexpected \(tokens[next])") }
        return result
    }

    /// Operators from the loosest to the tightest binding; comparisons and sums group to the left.
    private static let levels: [[String]] = [
        ["or"], ["and"], ["not"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/"],
    ]

    private mutating func level(_ depth: Int) throws(JSONProblem) -> SweepCondition.Expression {
        guard depth < Self.levels.count else { return try operand() }
        let operators = Self.levels[depth]
        if operators == ["not"] {
            guard next < tokens.count, tokens[next] == "not" else { return try level(depth + 1) }
            next += 1
            return .not(try level(depth))
        }
        var left = try level(depth + 1)
        while next < tokens.count, operators.contains(tokens[next]) {
            let operation = tokens[next]
            next += 1
            left = .binary(operation, left, try level(depth + 1))
        }
        return left
    }

    private mutating func operand() throws(JSONProblem) -> SweepCondition.Expression {
        guard next < tokens.count else { throw problem("ends too early") }
        let token = tokens[next]
        next += 1
        switch token {
        case "(":
            let inner = try level(0)
            guard next < tokens.count, tokens[next] == ")" else { throw problem("a ) is missing") }
            next += 1
            return inner
        case "-":
            return .binary("-", .value(.integer(0)), try operand())
        case _ where token.hasPrefix("'") || token.hasPrefix("\""):
            guard token.count >= 2, token.last == token.first else { throw problem("\(token) has no end") }
            return .value(.string(String(token.dropFirst().dropLast())))
        default:
            guard let first = token.first, first.isLetter || first.isNumber || first == "_" || first == "[" else {
                throw problem("unexpected \(token)")
            }
            let literal = JSONValue(parsingLoosely: token)
            if literal.numberValue != nil || literal.boolValue != nil { return .value(literal) }
            if first.isNumber { throw problem("\(token) is neither a number nor a path") }
            do {
                return .path(try JSONPath(parsing: token))
            } catch {
                throw problem(error.message)
            }
        }
    }

    private func problem(_ message: String) -> JSONProblem {
        JSONProblem(
            message: "where \(text): \(message)",
            remedy: "write for example cluster.nodes.a2.count + cluster.nodes.h20.count <= 4")
    }

    /// Words with their dots and brackets, texts in quotes, and operators.
    private static func split(_ text: String) -> [String] {
        var tokens: [String] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "'" || first == "\"" {
                let end = rest.dropFirst().firstIndex(of: first).map(rest.index(after:)) ?? rest.endIndex
                tokens.append(String(rest[..<end]))
                rest = rest[end...]
            } else if isWord(first) {
                tokens.append(word(&rest))
            } else {
                let two = String(rest.prefix(2))
                let token = ["==", "!=", "<=", ">="].contains(two) ? two : String(first)
                tokens.append(token)
                rest = rest.dropFirst(token.count)
            }
        }
        return tokens
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_.[".contains(character)
    }

    /// A word goes on through brackets, whatever these hold: `nodes["a-b"].count`.
    private static func word(_ rest: inout Substring) -> String {
        var word = "", isInBrackets = false
        while let character = rest.first, isInBrackets || isWord(character) {
            if character == "[" { isInBrackets = true }
            if character == "]" { isInBrackets = false }
            word.append(character)
            rest.removeFirst()
        }
        return word
    }
}
