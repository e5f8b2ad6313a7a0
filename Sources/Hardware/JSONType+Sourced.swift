import JSONText

extension JSONType {
    /// A figure with its provenance: `{ "value": …, "provenance": "published", "source": "…" }`.
    ///
    /// All three keys must be there, and the source must say something: a figure that nobody can
    /// trace is worth less than none.
    public static func sourced<Content: Sendable>(_ type: JSONType<Content>) -> JSONType
    where Value == Sourced<Content> {
        .object("an object with value, provenance and source") { fact in
            let value = fact.required("value", type)
            let source = fact.required("source", .name)
            let provenance = fact.required("provenance", .provenance).naming(source)
            return Sourced(value, provenance: provenance, source: source)
        }
    }
}

extension JSONType<Provenance> {
    /// A provenance in its spelling; `published` gets its source from the figure beside it.
    static var provenance: JSONType {
        let expected = "one of " + Provenance.spellings.joined(separator: ", ")
        return JSONType(expected: expected, standIn: .assumed) { (value: JSONValue) in
            value.stringValue.flatMap { Provenance(parsing: $0) }
        }
    }
}

extension Provenance {
    /// The same provenance; one that is published without a source gets this one.
    fileprivate func naming(_ source: String) -> Provenance {
        self == .published(source: "") ? .published(source: source) : self
    }
}
