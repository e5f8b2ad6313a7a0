/// The bounds of a number; prints as they read in a message: "of at least 1".
public struct JSONBounds<Bound: Comparable> {
    /// The lower bound.
    public var lower: Bound?
    /// Whether the lower bound itself is left out.
    public var isAboveLower = false
    /// The upper bound.
    public var upper: Bound?
    /// Whether the upper bound itself is left out.
    public var isBelowUpper = false

    /// No bounds.
    public init() {}

    /// These bounds.
    public init(lower: Bound?, isAboveLower: Bool = false, upper: Bound?, isBelowUpper: Bool = false) {
        self.lower = lower
        self.isAboveLower = isAboveLower
        self.upper = upper
        self.isBelowUpper = isBelowUpper
    }

    /// Whether everything is within.
    public var isUnbounded: Bool { lower == nil && upper == nil }

    /// Whether a value is within.
    public func contains(_ value: Bound) -> Bool {
        if let lower, value < lower || (isAboveLower && value == lower) { return false }
        if let upper, value > upper || (isBelowUpper && value == upper) { return false }
        return true
    }
}

extension JSONBounds where Bound: Numeric {
    /// A value to go on with after a problem: within the bounds wherever 1, a bound or the successor
    /// of the lower bound is.
    var standIn: Bound {
        let candidates: [Bound] = [1, lower, upper].compactMap(\.self)
        if let inside = candidates.first(where: contains) { return inside }
        return isAboveLower ? (lower ?? 0) + 1 : (upper ?? 0) - 1
    }
}

extension JSONBounds: Sendable where Bound: Sendable {}

extension JSONBounds: CustomStringConvertible {
    /// "of at least 1", "above 0 and of at most 1", "from 1 to 8".
    public var description: String {
        if let lower, let upper, !isAboveLower, !isBelowUpper { return "from \(lower) to \(upper)" }
        let low = lower.map { isAboveLower ? "above \($0)" : "of at least \($0)" }
        let high = upper.map { isBelowUpper ? "below \($0)" : "of at most \($0)" }
        return [low, high].compactMap(\.self).joined(separator: " and ")
    }
}

/// A range that a number must lie in: a Swift range, or ``JSONBounds`` such as `.above(0)`.
public protocol JSONRange<Bound> {
    /// The type of the number.
    associatedtype Bound: Comparable
    /// The range as bounds.
    var bounds: JSONBounds<Bound> { get }
}

extension JSONBounds: JSONRange {
    /// Itself.
    public var bounds: JSONBounds { self }
}

extension JSONRange {
    /// Greater than a number.
    public static func above<Number>(_ lower: Number) -> Self where Self == JSONBounds<Number> {
        JSONBounds(lower: lower, isAboveLower: true, upper: nil)
    }

    /// Greater than a number and not greater than another.
    public static func above<Number>(_ lower: Number, through upper: Number) -> Self
    where Self == JSONBounds<Number> {
        JSONBounds(lower: lower, isAboveLower: true, upper: upper)
    }
}

extension ClosedRange: JSONRange {
    /// From the lower to the upper bound.
    public var bounds: JSONBounds<Bound> { JSONBounds(lower: lowerBound, upper: upperBound) }
}

extension Range: JSONRange {
    /// From the lower bound to below the upper one.
    public var bounds: JSONBounds<Bound> {
        JSONBounds(lower: lowerBound, upper: upperBound, isBelowUpper: true)
    }
}

extension PartialRangeFrom: JSONRange {
    /// From the lower bound.
    public var bounds: JSONBounds<Bound> { JSONBounds(lower: lowerBound, upper: nil) }
}

extension PartialRangeThrough: JSONRange {
    /// Up to the upper bound.
    public var bounds: JSONBounds<Bound> { JSONBounds(lower: nil, upper: upperBound) }
}

extension PartialRangeUpTo: JSONRange {
    /// Up to below the upper bound.
    public var bounds: JSONBounds<Bound> { JSONBounds(lower: nil, upper: upperBound, isBelowUpper: true) }
}
