import EventEngine
import JSONText

/// The values of a dimension that a search orders, as the command line writes them: `0.25..8`, `1..8`, `2..16..2`
/// or a list `1,2,4,8`.
public enum SearchRange {
    /// The values of a load: a ladder between the ends, each rung the same part above the one before, so that its
    /// step is the tolerance of the answer; whole numbers where both ends are written as such.
    /// - Parameter tolerance: the step, above 0, such as 0.02.
    /// - Throws: what is wrong with the text.
    public static func load(_ text: String, tolerance: Double) throws(JSONProblem) -> [JSONValue] {
        guard let ends = ends(of: text) else { return try list(text) }
        guard ends.count == 2 else {
            throw JSONProblem(message: "\(text): a load has two ends", remedy: "write LOW..HIGH, or list its values")
        }
        guard let low = ends[0].numberValue, let high = ends[1].numberValue, low > 0, high > low else {
            throw JSONProblem(message: "\(text): expected two numbers above 0, the smaller one first")
        }
        let isWhole = ends.allSatisfy { $0.integerValue != nil }
        let steps = max(1, Int((PortableMath.log(high / low) / PortableMath.log(1 + tolerance)).rounded(.up)))
        guard let ladder = SweepSpacing.geometric(from: low, through: high, count: steps + 1, isWhole: isWhole) else {
            throw JSONProblem(
                message: "\(text): has more than \(SweepSpacing.limit) values", remedy: "widen --tolerance")
        }
        return isWhole ? ladder : ladder.map(shortened)
    }

    /// The values of a resource, in rising order.
    /// - Throws: what is wrong with the text.
    public static func resource(_ text: String) throws(JSONProblem) -> [JSONValue] {
        guard let ends = ends(of: text) else { return try list(text) }
        let numbers = ends.compactMap(\.numberValue), isWhole = ends.allSatisfy { $0.integerValue != nil }
        let step = ends.count == 3 ? numbers.last ?? 1 : 1
        guard step > 0, let values = SweepSpacing.linear(
            from: numbers[0], through: numbers[1], step: step, isWhole: isWhole) else {
            throw JSONProblem(message: "\(text): expected FIRST..LAST or FIRST..LAST..STEP, rising")
        }
        return values
    }

    /// The numbers between two dots; nil where the text has none, which makes it a list.
    private static func ends(of text: String) -> [JSONValue]? {
        var parts: [Substring] = [], rest = Substring(text)
        while let dots = rest.firstRange(of: "..") {
            parts.append(rest[..<dots.lowerBound])
            rest = rest[dots.upperBound...]
        }
        parts.append(rest)
        let values = parts.map { JSONValue(parsingLoosely: String($0)) }
        guard (2...3).contains(values.count), values.allSatisfy({ $0.numberValue != nil }) else { return nil }
        return values
    }

    private static func list(_ text: String) throws(JSONProblem) -> [JSONValue] {
        let values = SweepValues.split(text)
        let numbers = values.compactMap(\.numberValue)
        guard numbers.count == values.count, zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw JSONProblem(
                message: "\(text): expected a range such as 1..8, or rising numbers such as 1,2,4",
                remedy: "what has no order goes to --set")
        }
        return values
    }

    /// Five significant digits, which keep rungs apart down to a step of 0.01 %.
    private static func shortened(_ value: JSONValue) -> JSONValue {
        guard let number = value.numberValue, number > 0 else { return value }
        var scale = 1.0
        while number * scale < 1e4 { scale *= 10 }
        return .real((number * scale).rounded(.toNearestOrEven) / scale)
    }
}
