import JSONText

/// The part of JSON Schema 2020-12 that the project's schemas use; any other keyword is a problem of the schema.
struct JSONSchema {
    let root: JSONValue

    init(_ bytes: [UInt8]) throws { root = try JSONDocument(bytes: bytes).value }

    /// What is wrong with a value, one line each, beginning with the path.
    func problems(of value: JSONValue) -> [String] { problems(value, root, .root) }

    func accepts(_ value: JSONValue) -> Bool { problems(of: value).isEmpty }

    /// The schema with its reference followed, keywords beside the reference kept.
    func resolved(_ schema: JSONValue) -> JSONValue {
        guard let name = schema["$ref"]?.stringValue?.split(separator: "/").last,
            let target = root["$defs"]?[String(name)]
        else { return schema }
        return resolved(target).applying(mergePatch: schema).applying(mergePatch: ["$ref": .null])
    }

    /// The alternatives of a schema, references followed; itself when there is one.
    func alternatives(_ schema: JSONValue) -> [JSONValue] {
        let schema = resolved(schema)
        guard let any = schema["anyOf"]?.arrayValue else { return [schema] }
        return any.flatMap(alternatives)
    }

    private static let notes = ["$schema", "$defs", "title", "description", "default", "examples"]

    private func problems(_ value: JSONValue, _ schema: JSONValue, _ path: JSONPath) -> [String] {
        let schema = resolved(schema)
        return (schema.objectValue ?? [:]).flatMap { keyword, rule in
            Self.notes.contains(keyword) ? [] : problems(value, keyword, rule, schema, path)
        }
    }

    private func problems(
        _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ schema: JSONValue, _ path: JSONPath
    ) -> [String] {
        func unless(_ holds: Bool) -> [String] {
            holds ? [] : ["\(path): \(keyword) \(JSONWriter.compact.text(of: rule))"]
        }
        func length(_ count: Int?, _ compare: (Int, Int) -> Bool) -> [String] {
            unless(count.map { compare($0, Int(rule.integerValue ?? 0)) } ?? true)
        }
        switch keyword {
        case "type": return unless((rule.arrayValue ?? [rule]).contains { Self.isOf(value, $0.stringValue ?? "") })
        case "enum": return unless(rule.arrayValue?.contains(value) ?? false)
        case "minimum": return unless(value.numberValue.map { $0 >= rule.numberValue ?? 0 } ?? true)
        case "maximum": return unless(value.numberValue.map { $0 <= rule.numberValue ?? 0 } ?? true)
        case "minLength": return length(value.stringValue?.count, >=)
        case "minItems": return length(value.arrayValue?.count, >=)
        case "minProperties": return length(value.objectValue?.count, >=)
        case "pattern": return unless(value.stringValue.map { Self.matches($0, rule.stringValue ?? "") } ?? true)
        case "anyOf": return unless(rule.arrayValue?.contains { problems(value, $0, path).isEmpty } ?? false)
        case "not": return unless(!problems(value, rule, path).isEmpty)
        case "items":
            return (value.arrayValue ?? []).enumerated().flatMap { problems($1, rule, path.appending(index: $0)) }
        case "required":
            guard let object = value.objectValue else { return [] }
            return unless((rule.arrayValue ?? []).allSatisfy { object[$0.stringValue ?? ""] != nil })
        case "propertyNames":
            return (value.objectValue?.keys ?? []).flatMap { problems(.string($0), rule, path.appending(key: $0)) }
        case "properties":
            return (value.objectValue ?? [:]).flatMap { key, member in
                rule[key].map { problems(member, $0, path.appending(key: key)) } ?? []
            }
        case "additionalProperties":
            return (value.objectValue ?? [:]).flatMap { key, member -> [String] in
                if schema["properties"]?[key] != nil { return [] }
                let path = path.appending(key: key)
                return rule == false ? ["\(path): unknown key"] : problems(member, rule, path)
            }
        default: return ["\(path): keyword \(keyword) is not known to this validator"]
        }
    }

    private static func isOf(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null),
            ("number", .integer), ("number", .real), ("integer", .integer):
            true
        case ("integer", .real(let number)): number == number.rounded()
        default: false
        }
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let regex = try? Regex(pattern) else { return false }
        return text.firstMatch(of: regex) != nil
    }
}

/// A value in a document with the schemas that could describe it.
struct SchemaSite {
    var path: JSONPath
    var value: JSONValue
    /// The alternative that accepts the value.
    var schema: JSONValue
    /// All alternatives at this place.
    var alternatives: [JSONValue]
}

extension JSONSchema {
    /// The objects with fixed keys in a document that the schema accepts.
    func objects(in value: JSONValue) -> [SchemaSite] { objects(value, root, .root) }

    private func objects(_ value: JSONValue, _ schema: JSONValue, _ path: JSONPath) -> [SchemaSite] {
        let alternatives = alternatives(schema)
        let accepting = alternatives.count == 1
            ? alternatives.first : alternatives.first { problems(value, $0, path).isEmpty }
        guard let match = accepting else { return [] }
        if let elements = value.arrayValue, let items = match["items"] {
            return elements.enumerated().flatMap { objects($1, items, path.appending(index: $0)) }
        }
        guard let object = value.objectValue else { return [] }
        let inside = object.flatMap { key, member -> [SchemaSite] in
            guard let schema = match["properties"]?[key] ?? match["additionalProperties"] else { return [] }
            return objects(member, schema, path.appending(key: key))
        }
        guard match["additionalProperties"] == false else { return inside }
        return [SchemaSite(path: path, value: value, schema: match, alternatives: alternatives)] + inside
    }
}
