/// Collects the problems that typed decoding finds, so that all of them can be shown at once.
///
/// Shared by all readers of one decoding, on one thread.
public final class JSONDiagnostics {
    /// Tells where a path, or the key that leads to it, stands.
    public typealias Locate = (_ path: JSONPath, _ isKey: Bool) -> JSONPlace

    /// At most this many problems are kept: finding a place costs a scan of the text.
    public static let limit = 200

    /// The problems so far, in the order in which they were found.
    public private(set) var problems: [JSONProblem] = []
    private var omitted = 0
    private let locate: Locate?

    /// Diagnostics of values that may come from several documents. The closure maps a path to where
    /// the user wrote it; it is called once per problem.
    public init(locate: @escaping Locate) { self.locate = locate }

    /// Diagnostics of the value of one document.
    public convenience init(_ document: JSONDocument) {
        self.init { document.place(of: $0, isKey: $1) }
    }

    /// Diagnostics that drop everything: for building stand-ins.
    private init() { locate = nil }

    static func muted() -> JSONDiagnostics { JSONDiagnostics() }

    /// Whether anything was wrong. Values that were decoded are then not to be used.
    public var hasProblems: Bool { !problems.isEmpty }

    /// Records a problem at a path; `isKey` points to the key instead of the value.
    public func report(_ path: JSONPath, isKey: Bool = false, _ message: String, remedy: String? = nil) {
        guard let locate else { return }
        guard problems.count < Self.limit else {
            omitted += 1
            return
        }
        problems.append(
            JSONProblem(place: locate(path, isKey), path: path, message: message, remedy: remedy))
    }

    /// Ends a decoding.
    /// - Throws: all problems, sorted by place, when there are any.
    public func check() throws(JSONProblems) {
        if hasProblems { throw JSONProblems(problems, omitted: omitted) }
    }
}

extension JSONDocument {
    /// Decodes the document: runs `body` with a reader of its root.
    /// - Throws: all problems that were found, sorted by place.
    public func decode<Value>(_ body: (JSONReader) -> Value) throws(JSONProblems) -> Value {
        let diagnostics = JSONDiagnostics(self)
        let result = body(JSONReader(value, diagnostics: diagnostics))
        try diagnostics.check()
        return result
    }

    /// Decodes the document as a value of a type.
    /// - Throws: all problems that were found, sorted by place.
    public func decode<Value>(_ type: JSONType<Value>) throws(JSONProblems) -> Value {
        try decode { $0.read(type) }
    }
}
