import JSONText

/// Which points of a sweep count: an expression over settings, such as
/// `cluster.nodes.a2.count + cluster.nodes.h20.count == 4 and not workloads.chat.kv.dtype == 'int8'`.
///
/// Words are paths in the resolved scenario; numbers, `'texts'`, `true` and `false` are values; `+ - * /`
/// bind tighter than `== != < <= > >=`, these tighter than `not`, `and`, `or`.
public struct SweepCondition: Sendable, Equatable {
    /// The expression as it was written.
    public let text: String
    private let root: Expression

    /// The paths that it asks for, in the order of the text.
    public var paths: [JSONPath] { root.paths }

    /// The condition that every point meets.
    public static let always = SweepCondition(text: "true", root: .value(.bool(true)))

    /// - Throws: what is wrong with the text.
    public init(parsing text: String) throws(JSONProblem) {
        var parser = SweepConditionParser(text)
        self.init(text: text, root: try parser.whole())
    }

    private init(text: String, root: Expression) {
        self.text = text
        self.root = root
    }

    /// Whether a scenario meets the condition.
    /// - Throws: a path that is not there, or operands of the wrong kind.
    public func holds(for scenario: JSONValue) throws(JSONProblem) -> Bool {
        guard case .bool(let holds) = try root.value(in: scenario) else {
            throw JSONProblem(message: "where \(text): is no comparison", remedy: "compare something, as in a == b")
        }
        return holds
    }

    indirect enum Expression: Sendable, Equatable {
        case value(JSONValue)
        case path(JSONPath)
        case not(Expression)
        case binary(String, Expression, Expression)
    }
}

extension SweepCondition.Expression {
    var paths: [JSONPath] {
        switch self {
        case .value: []
        case .path(let path): [path]
        case .not(let operand): operand.paths
        case .binary(_, let left, let right): left.paths + right.paths
        }
    }

    func value(in scenario: JSONValue) throws(JSONProblem) -> JSONValue {
        switch self {
        case .value(let value): return value
        case .path(let path):
            guard let value = scenario.value(at: path) else {
                throw JSONProblem(
                    message: "where: the scenario has no \(path)",
                    remedy: "write it in the scenario, or check the path")
            }
            return value
        case .not(let operand): return .bool(!(try operand.truth(in: scenario)))
        case .binary("and", let left, let right):
            // Like ||, && takes a throwing closure whose error type is lost.
            if try !left.truth(in: scenario) { return .bool(false) }
            return .bool(try right.truth(in: scenario))
        case .binary("or", let left, let right):
            if try left.truth(in: scenario) { return .bool(true) }
            return .bool(try right.truth(in: scenario))
        case .binary(let operation, let left, let right):
            return try Self.apply(operation, try left.value(in: scenario), try right.value(in: scenario))
        }
    }

    private func truth(in scenario: JSONValue) throws(JSONProblem) -> Bool {
        let value = try value(in: scenario)
        guard let truth = value.boolValue else { throw Self.wrong("and, or, not", value) }
        return truth
    }

    private static func apply(
        _ operation: String, _ left: JSONValue, _ right: JSONValue
    ) throws(JSONProblem) -> JSONValue {
        if operation == "==" || operation == "!=" {
            let areEqual = left == right || (left.numberValue != nil && left.numberValue == right.numberValue)
            return .bool(areEqual == (operation == "=="))
        }
        guard let one = left.numberValue else { throw wrong(operation, left) }
        guard let other = right.numberValue else { throw wrong(operation, right) }
        switch operation {
        case "+": return .real(one + other)
        case "-": return .real(one - other)
        case "*": return .real(one * other)
        case "/": return .real(one / other)
        case "<": return .bool(one < other)
        case "<=": return .bool(one <= other)
        case ">": return .bool(one > other)
        default: return .bool(one >= other)
        }
    }

    private static func wrong(_ operation: String, _ value: JSONValue) -> JSONProblem {
        JSONProblem(message: "where: \(operation) cannot take " + JSONWriter.compact.text(of: value))
    }
}
