/// A value together with where it comes from.
///
/// In JSON: `{ "value": "4.0 TB/s", "provenance": "published", "source": "…" }`.
public struct Sourced<Value: Sendable>: Sendable {
    /// The value, in the SI base unit that the property holding it names.
    public var value: Value
    /// How far the value can be trusted.
    public var provenance: Provenance
    /// The repository, paper, page or reasoning behind the value, in plain words; never empty in a
    /// shipped descriptor.
    public var source: String

    /// A value with its provenance; `source` is empty only where the provenance says it all.
    public init(_ value: Value, provenance: Provenance, source: String) {
        self.value = value
        self.provenance = provenance
        self.source = source
    }

    /// A value that a scenario sets: nothing but the scenario supports it.
    public static func chosen(_ value: Value) -> Sourced {
        Sourced(value, provenance: .assumed, source: "set by the scenario")
    }

    /// The same provenance for a value computed from this one.
    public func map<Other: Sendable>(_ transform: (Value) -> Other) -> Sourced<Other> {
        Sourced<Other>(transform(value), provenance: provenance, source: source)
    }
}

extension Sourced: Equatable where Value: Equatable {}
