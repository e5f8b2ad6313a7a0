import EventEngine
import JSONText
import Scenario

/// The scenario that a sweep varies, read once for all points.
public struct SweepBase: Sendable {
    /// The scenario's text.
    public let document: JSONDocument
    /// What paths in the scenario begin with: empty, or ending in a slash.
    public let folder: String

    /// Reads a scenario. Problems name the file without its folder, so that results do not depend on where it lies.
    /// - Throws: why it cannot be read.
    public init(contentsOf path: String) throws(JSONProblems) {
        let slash = path.lastIndex(of: "/")
        folder = slash.map { String(path[...$0]) } ?? ""
        document = try JSONDocument(contentsOf: path, named: slash.map { String(path[path.index(after: $0)...]) })
    }

    /// A scenario in memory.
    public init(document: JSONDocument, folder: String = "") {
        self.document = document
        self.folder = folder
    }

    /// The scenario with settings applied in order.
    /// - Throws: a setting whose path cannot be followed.
    public func scenario(_ settings: [SweepSetting]) throws(JSONProblems) -> ScenarioDocument {
        try ScenarioDocument(document, folder: folder, settings: settings.map(\.text))
    }

    /// A message without the folder, which differs between machines.
    func portable(_ message: String) -> String {
        folder.isEmpty ? message : message.split(separator: folder, omittingEmptySubsequences: false).joined()
    }
}

/// Content of the files that a scenario names, so that another trace is another point.
public struct SweepFiles: Sendable {
    private let folder: String
    private var known: [String: UInt64] = [:]

    init(folder: String) { self.folder = folder }

    /// Looks up the files of a scenario, each read once.
    mutating func read(_ scenario: JSONValue) {
        for name in Self.names(in: scenario) where known[name] == nil {
            known[name] = Self.hash(of: name, folder: folder)
        }
    }

    /// A hash of the content of all files that a scenario names, in its order.
    func hash(of scenario: JSONValue, continuing start: UInt64) -> UInt64 {
        Self.names(in: scenario).reduce(start) { hash, name in
            let content = known[name] ?? Self.hash(of: name, folder: folder)
            return StableHash.fnv1a64(withUnsafeBytes(of: content.littleEndian) { Array($0) }, continuing: hash)
        }
    }

    /// 0 for a file that cannot be read, which the run reports.
    private static func hash(of name: String, folder: String) -> UInt64 {
        let beside = name.hasPrefix("/") ? name : folder + name
        guard let bytes = (try? FileText.read(beside)) ?? (try? FileText.read(name)) else { return 0 }
        return bytes.withUnsafeBufferPointer { StableHash.fnv1a64($0) }
    }

    /// Traces, and models, devices and profiles that are files of the user's own.
    private static func names(in value: JSONValue) -> [String] {
        switch value {
        case .array(let elements): return elements.flatMap(names)
        case .object(let members):
            return members.flatMap { member -> [String] in
                guard let text = member.value.stringValue else { return names(in: member.value) }
                return member.key == "trace" || text.hasSuffix(".json") ? [text] : []
            }
        default: return []
        }
    }
}
