/// A JSON text together with its value, so that a path can be traced back to a line and a column.
///
/// libjansson reads the text strictly: RFC 8259, no duplicate keys, no comments, no NaN, integers
/// within 64 bits, at most 2048 levels. The root may be any value.
public struct JSONDocument: Sendable {
    /// The file as the user named it; nil for a text without file.
    public let file: String?
    /// The UTF-8 text.
    public let bytes: [UInt8]
    /// The value of the text.
    public let value: JSONValue

    /// Parses a text.
    /// - Throws: the syntax error, with its line and column.
    public init(text: String, file: String? = nil) throws(JSONProblems) {
        try self.init(bytes: Array(text.utf8), file: file)
    }

    /// Parses UTF-8 bytes.
    /// - Throws: the syntax error or the first byte that is not UTF-8, with its line and column.
    public init(bytes: [UInt8], file: String? = nil) throws(JSONProblems) {
        self.file = file
        self.bytes = bytes
        if let problem = Self.encodingProblem(bytes, file) { throw JSONProblems([problem]) }
        switch Jansson.parse(bytes) {
        case .success(let value): self.value = value
        case .failure(let failure):
            throw JSONProblems([JSONSyntaxDiagnosis(text: bytes, file: file).problem(for: failure)])
        }
    }

    /// Reads and parses a file.
    /// - Parameter name: how problems name the file; the path itself unless given.
    /// - Throws: why the file cannot be read, or what is wrong with its text.
    public init(contentsOf path: String, named name: String? = nil) throws(JSONProblems) {
        let shown = name ?? path
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try FileText.read(path)
        } catch {
            let problem = JSONProblem(
                place: JSONPlace(file: shown), message: error.message, remedy: error.remedy)
            throw JSONProblems([problem])
        }
        try self.init(bytes: bytes, file: shown)
    }

    private static func encodingProblem(_ bytes: [UInt8], _ file: String?) -> JSONProblem? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return JSONProblem(
                place: JSONPlace(file: file, line: 1, column: 1),
                message: "the text begins with a byte order mark", remedy: "save it as UTF-8 without one")
        }
        guard let offset = firstInvalidUTF8(bytes) else { return nil }
        return JSONProblem(
            place: JSONPlace(file: file, position: JSONPosition(ofByte: offset, in: bytes)),
            message: "the text is not UTF-8 (byte \(offset) is 0x\(String(bytes[offset], radix: 16)))",
            remedy: "save it as UTF-8")
    }
}

/// The offset of the first byte that is not part of valid UTF-8.
func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
    return min(offset, bytes.count - 1)
}
