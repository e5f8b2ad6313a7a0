extension JSONValue {
    /// The value after a JSON merge patch (RFC 7396): members of objects are merged, `null` removes a
    /// member, anything else replaces. Known keys keep their place, new ones go to the end.
    public func applying(mergePatch patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = objectValue ?? JSONObject()
        for (key, change) in changes {
            if change.isNull {
                result[key] = nil
            } else {
                result[key] = (result[key] ?? .null).applying(mergePatch: change)
            }
        }
        return .object(result)
    }

    /// The value at a path; nil when there is none.
    public func value(at path: JSONPath) -> JSONValue? {
        var value: JSONValue? = self
        for component in path.components {
            switch component {
            case .key(let key): value = value?[key]
            case .index(let index): value = value?[index]
            }
        }
        return value
    }

    /// Sets the value at a path. Missing objects on the way (and `null`s) become objects; an index one
    /// past the end of an array appends.
    /// - Throws: a ``JSONProblem`` with the path at which the way is blocked by a scalar, a value of
    ///   another kind, or an index out of range. The value is then unchanged.
    public mutating func set(_ path: JSONPath, to newValue: JSONValue) throws(JSONProblem) {
        self = try setting(newValue, at: path, depth: 0)
    }

    private func setting(
        _ newValue: JSONValue, at path: JSONPath, depth: Int
    ) throws(JSONProblem) -> JSONValue {
        guard depth < path.components.count else { return newValue }
        let here = JSONPath(Array(path.components.prefix(depth)))
        switch (path.components[depth], self) {
        case (.key(let key), .object), (.key(let key), .null):
            var object = objectValue ?? JSONObject()
            object[key] = try (object[key] ?? .null).setting(newValue, at: path, depth: depth + 1)
            return .object(object)
        case (.key(let key), _):
            throw JSONProblem(
                path: here,
                message: "cannot set \"\(key)\" inside \(foundDescription), which is not an object")
        case (.index(let index), .array(var elements)) where 0...elements.count ~= index:
            let old = self[index] ?? .null
            let new = try old.setting(newValue, at: path, depth: depth + 1)
            if index < elements.count { elements[index] = new } else { elements.append(new) }
            return .array(elements)
        case (.index(let index), .array(let elements)):
            throw JSONProblem(
                path: here, message: "cannot set index \(index) of an array of \(elements.count)",
                remedy: "write an index from 0 to \(elements.count)")
        case (.index(let index), _):
            throw JSONProblem(
                path: here, message: "cannot set index \(index) of \(foundDescription), which is not an array"
            )
        }
    }

    /// The value that a user means on a command line: valid JSON is JSON (`4096`, `true`, `"a"`,
    /// `{"a": 1}`), anything else is a string (`least-kv`, `50 ms`).
    public init(parsingLoosely text: String) {
        switch Jansson.parse(Array(text.utf8)) {
        case .success(let value): self = value
        case .failure: self = .string(text)
        }
    }

    /// What a message says was found: scalars as they are written, shortened; containers by kind.
    var foundDescription: String {
        switch self {
        case .object: return "an object"
        case .array(let elements): return "an array of \(elements.count)"
        default:
            let text = JSONWriter.compact.text(of: self)
            return text.count <= 60 ? text : String(text.prefix(58)) + "…"
        }
    }
}
