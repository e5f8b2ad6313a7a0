import JSONText

/// A scenario as text: one document, settings from the command line, and variants as merge patches.
///
/// Keeps where everything was written, so that a problem found in a merged value points to the line of
/// the base, of the variant, or to the setting.
public struct ScenarioDocument: Sendable {
    /// The schema that a scenario names.
    public static let schema = "simulate/1"
    /// Name of the scenario itself beside its variants.
    public static let baseName = "base"

    private let document: JSONDocument
    /// Path of the scenario inside the document: the root, or where a result embeds it.
    private let root: JSONPath
    private let settings: [(path: JSONPath, text: String)]
    /// Folder that paths in the scenario are relative to.
    let folder: String
    /// The scenario with all settings applied.
    public let value: JSONValue

    /// Reads a scenario, or the scenario that a result file embeds.
    /// - Parameter settings: `path=value` texts, applied in order; a value that is not JSON is a string.
    /// - Throws: problems of the file's syntax and of settings.
    public init(contentsOf path: String, settings: [String] = []) throws(JSONProblems) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        try self.init(try JSONDocument(contentsOf: path), folder: folder, settings: settings)
    }

    /// - Parameter folder: what relative paths begin with: empty, or ending in a slash.
    public init(_ document: JSONDocument, folder: String = "", settings: [String] = []) throws(JSONProblems) {
        self.document = document
        self.folder = folder
        let isResult = document.value["schema"]?.stringValue?.hasPrefix("simulate-result/") ?? false
        root = isResult ? ["scenario", "document"] : .root
        var value = document.value.value(at: root) ?? .null
        var applied: [(path: JSONPath, text: String)] = []
        for text in settings {
            applied.append(try Self.apply(text, to: &value))
        }
        self.settings = applied
        self.value = value
    }

    private static func apply(
        _ text: String, to value: inout JSONValue
    ) throws(JSONProblems) -> (path: JSONPath, text: String) {
        let place = JSONPlace(file: "--set \(text)")
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw JSONProblems([JSONProblem(
                place: place, path: .root, message: "expected path=value",
                remedy: "write for example workloads.chat.engine.max_sequences=128")])
        }
        let pathText = String(text[..<equals])
        let path: JSONPath
        do {
            path = try JSONPath(parsing: pathText)
            try value.set(path, to: JSONValue(parsingLoosely: String(text[text.index(after: equals)...])))
        } catch {
            throw JSONProblems([JSONProblem(
                place: place, path: error.path, message: error.message, remedy: error.remedy)])
        }
        return (path, text)
    }

    /// The scenario's own name, then its variants in order.
    public var variantNames: [String] {
        [Self.baseName] + (value["variants"]?.objectValue?.keys ?? [])
    }

    /// The scenario with a variant's patch merged in, variants themselves left out.
    public func merged(variant: String) -> JSONValue {
        let base = value.applying(mergePatch: ["variants": .null])
        guard variant != Self.baseName, let patch = value["variants"]?[variant] else { return base }
        return base.applying(mergePatch: patch)
    }

    /// Diagnostics that find the origin of what stands in a merged variant.
    func diagnostics(variant: String) -> JSONDiagnostics {
        JSONDiagnostics { path, isKey in place(of: path, isKey: isKey, variant: variant) }
    }

    private func place(of path: JSONPath, isKey: Bool, variant: String) -> JSONPlace {
        let patch = JSONPath([.key("variants"), .key(variant)])
        var around = path
        while true {
            // A patch is merged last, so that what it holds comes from there.
            if variant != Self.baseName, value.value(at: patch.appending(around)) != nil,
                let place = origin(of: patch.appending(around), isKey: isKey) {
                return place
            }
            if let place = origin(of: around, isKey: isKey) { return place }
            guard !around.isRoot else { return JSONPlace(file: document.file) }
            around = around.parent
        }
    }

    /// Where a value of the scenario, variants included, was written: by the last setting of it or of
    /// something around it, in the text, or by a setting of something inside it.
    private func origin(of path: JSONPath, isKey: Bool) -> JSONPlace? {
        if let setting = settings.last(where: { path.components.starts(with: $0.path.components) }) {
            return JSONPlace(file: "--set \(setting.text)")
        }
        let written = root.appending(path)
        if document.position(of: written) != nil { return document.place(of: written, isKey: isKey) }
        return settings.last { $0.path.components.starts(with: path.components) }
            .map { JSONPlace(file: "--set \($0.text)") }
    }
}

extension JSONPath {
    /// The path of `inner` inside the value at this path.
    fileprivate func appending(_ inner: JSONPath) -> JSONPath { JSONPath(components + inner.components) }
}
