import EventEngine
import JSONText

/// One dimension of a sweep: settings that move together, as many values each.
///
/// An axis of one setting is a plain axis; several settings make a zip.
public struct SweepAxis: Sendable, Equatable {
    /// The settings that change, by their paths in the scenario.
    public var paths: [JSONPath]
    /// By path, its values; all of one length, at least one.
    public var values: [[JSONValue]]

    /// An axis of one setting.
    /// - Precondition: `values` is not empty.
    public init(_ path: JSONPath, _ values: [JSONValue]) {
        precondition(!values.isEmpty, "an axis needs a value")
        paths = [path]
        self.values = [values]
    }

    /// Settings that move together.
    /// - Precondition: as many values of each, at least one.
    public init(zip members: [(path: JSONPath, values: [JSONValue])]) {
        precondition(Set(members.map(\.values.count)).count == 1 && !members[0].values.isEmpty, "lengths agree")
        paths = members.map(\.path)
        values = members.map(\.values)
    }

    /// Number of steps along the axis.
    public var count: Int { values[0].count }

    /// The settings at a step.
    public func settings(at step: Int) -> [SweepSetting] {
        zip(paths, values).map { SweepSetting(path: $0, value: $1[step]) }
    }
}

/// One change of the scenario at a point of a sweep.
public struct SweepSetting: Sendable, Equatable {
    /// Where the setting stands in the scenario.
    public var path: JSONPath
    /// What it is set to.
    public var value: JSONValue

    public init(path: JSONPath, value: JSONValue) {
        self.path = path
        self.value = value
    }

    /// As a scenario document takes it: `path=value`, the value as JSON.
    public var text: String { "\(path)=" + JSONWriter.compact.text(of: value) }
}

/// Evenly spaced values.
enum SweepSpacing {
    /// At most so many values on one axis.
    static let limit = 1_000_000

    /// `first, first + step, …` up to `last`, which is included when a whole number of steps reaches it.
    /// Each value is computed from the first, so that no error adds up; nil when there is none or too many.
    static func linear(from first: Double, through last: Double, step: Double, isWhole: Bool) -> [JSONValue]? {
        guard step != 0 else { return nil }
        // A billionth of a step forgives decimal fractions such as 0.1.
        let steps = ((last - first) / step + 1e-9).rounded(.down)
        guard steps >= 0, steps < Double(limit) else { return nil }
        return (0...Int(steps)).map { number(first + Double($0) * step, isWhole: isWhole) }
    }

    /// `count` values from `first` to `last`, each the same multiple of the one before; rounded to whole numbers
    /// when `isWhole`, and then each only once.
    static func geometric(from first: Double, through last: Double, count: Int, isWhole: Bool) -> [JSONValue]? {
        guard first > 0, last > 0, count >= 2, count <= limit else { return nil }
        let low = PortableMath.log(first), high = PortableMath.log(last)
        var values: [JSONValue] = []
        for index in 0..<count {
            let share = Double(index) / Double(count - 1)
            let exact = index == 0 ? first : index == count - 1 ? last : PortableMath.exp(low + (high - low) * share)
            let value = number(shortened(exact), isWhole: isWhole)
            if values.last != value { values.append(value) }
        }
        return values
    }

    private static func number(_ value: Double, isWhole: Bool) -> JSONValue {
        isWhole ? .integer(Int64(value.rounded(.toNearestOrEven))) : .real(shortened(value))
    }

    /// Without the error of the last digits, so that 0.1 + 2 x 0.1 is 0.3: the number of twelve significant
    /// digits that lies nearest.
    private static func shortened(_ value: Double) -> Double {
        guard value != 0, value.isFinite, abs(value) < 1e9, abs(value) > 1e-9 else { return value }
        var scale = 1.0
        while abs(value) * scale < 1e11 { scale *= 10 }
        return (value * scale).rounded(.toNearestOrEven) / scale
    }
}
