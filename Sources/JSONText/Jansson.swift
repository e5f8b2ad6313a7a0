import CJansson

/// The one place that talks to libjansson.
enum Jansson {
    /// What libjansson says about a text that it refuses.
    struct Failure: Error, Equatable {
        enum Kind: Equatable { case endOfText, duplicateKey, tooDeep, other }
        var kind: Kind
        /// The words of libjansson, without the token that they quote.
        var message: String
        /// The byte after the offending token, where libjansson found the failure.
        var endOffset: Int?
    }

    /// Parses one value of any kind. Duplicate keys are refused; `\u0000` is allowed in strings but
    /// not in keys. Depth is limited to 2048 and integers to 64 bits by libjansson.
    static func parse(_ text: [UInt8]) -> Result<JSONValue, Failure> {
        var error = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL)
        let root = text.withUnsafeBytes { bytes in
            // An empty array may have no address, which libjansson would take as a misuse.
            json_loadb(bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1), bytes.count, flags, &error)
        }
        guard let root else { return .failure(failure(error)) }
        defer { json_decref(root) }
        return Result { () throws(Failure) in try value(of: root) }
    }

    private static func value(of node: UnsafeMutablePointer<json_t>) throws(Failure) -> JSONValue {
        switch cjansson_typeof(node) {
        case JSON_OBJECT: return .object(try object(of: node))
        case JSON_ARRAY:
            var elements: [JSONValue] = []
            elements.reserveCapacity(json_array_size(node))
            for index in 0..<json_array_size(node) {
                if let element = json_array_get(node, index) { elements.append(try value(of: element)) }
            }
            return .array(elements)
        case JSON_STRING: return .string(string(of: node))
        case JSON_INTEGER: return .integer(Int64(json_integer_value(node)))
        case JSON_REAL: return .real(json_real_value(node))
        case JSON_TRUE, JSON_FALSE: return .bool(cjansson_is_true(node) != 0)
        default: return .null
        }
    }

    private static func object(of node: UnsafeMutablePointer<json_t>) throws(Failure) -> JSONObject {
        var object = JSONObject()
        var iterator = json_object_iter(node)
        while let member = iterator {
            if let name = json_object_iter_key(member), let child = json_object_iter_value(member) {
                let key = String(cString: name)
                // libjansson compares bytes; keys that only look the same are refused here.
                guard object[key] == nil else {
                    throw Failure(
                        kind: .duplicateKey,
                        message: "duplicate object key \"\(key)\" (in another Unicode form)",
                        endOffset: nil)
                }
                object[key] = try value(of: child)
            }
            iterator = json_object_iter_next(node, member)
        }
        return object
    }

    private static func string(of node: UnsafeMutablePointer<json_t>) -> String {
        guard let start = json_string_value(node) else { return "" }
        let bytes = UnsafeRawBufferPointer(start: start, count: json_string_length(node))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func failure(_ error: json_error_t) -> Failure {
        var error = error
        let text = withUnsafeBytes(of: &error.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let kind: Failure.Kind =
            switch cjansson_error_code(&error) {
            case json_error_premature_end_of_input: .endOfText
            case json_error_duplicate_key: .duplicateKey
            case json_error_stack_overflow: .tooDeep
            default: .other
            }
        return Failure(kind: kind, message: withoutToken(text), endOffset: Int(error.position))
    }

    /// Cuts the token that libjansson quotes, which is shortened and not where it says.
    private static func withoutToken(_ text: String) -> String {
        guard let near = text.firstRange(of: " near ") else { return text }
        return String(text[..<near.lowerBound])
    }
}
