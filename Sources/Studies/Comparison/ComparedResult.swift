import JSONText
import Scenario

/// A result file that is to be compared: what was run, and what came of it by variant and workload.
public struct ComparedResult: Sendable {
    /// Format of the results that can be compared.
    public static let schema = "simulate-result/1"

    /// Name of the scenario, empty when it has none.
    public let name: String
    /// Hash of the scenario, as the result states it.
    public let hash: String
    /// Version of the program that wrote the result.
    public let engineVersion: String
    private let scenario: ScenarioDocument
    private let variants: JSONObject

    /// Reads a result file.
    /// - Throws: why it cannot be read, or what makes it no result, with its place.
    public init(contentsOf path: String) throws(JSONProblems) {
        try self.init(try JSONDocument(contentsOf: path))
    }

    /// The result in a document.
    /// - Throws: what makes it none, with its place.
    public init(_ document: JSONDocument) throws(JSONProblems) {
        let value = document.value
        guard value["schema"] == .string(Self.schema) else {
            throw Self.problem(
                document, value["schema"] == nil ? .root : ["schema"],
                "this is no result: expected \"schema\": \"\(Self.schema)\"",
                remedy: "compare what simulate run -o result.json writes")
        }
        guard let variants = value["variants"]?.objectValue, !variants.isEmpty else {
            throw Self.problem(document, ["variants"], "expected an object with at least one variant")
        }
        for (name, variant) in variants {
            let path: JSONPath = ["variants", .key(name), "workloads"]
            guard let workloads = variant["workloads"]?.objectValue else {
                throw Self.problem(document, path, "expected an object of workloads")
            }
            for (workload, figures) in workloads where figures["metrics"]?.objectValue == nil {
                throw Self.problem(document, path.appending(key: workload), "expected an object with metrics")
            }
        }
        guard value["scenario"]?["document"]?.objectValue != nil else {
            throw Self.problem(document, ["scenario"], "expected an object with the scenario as its document")
        }
        self.variants = variants
        scenario = try ScenarioDocument(document)
        name = value["scenario"]?["document"]?["name"]?.stringValue ?? ""
        hash = value["scenario"]?["hash"]?.stringValue ?? ""
        engineVersion = value["engine_version"]?.stringValue ?? ""
    }

    private static func problem(
        _ document: JSONDocument, _ path: JSONPath, _ message: String, remedy: String? = nil
    ) -> JSONProblems {
        // What is absent has no place of its own; the nearest thing around it has.
        var around = path
        while !around.isRoot, document.value.value(at: around) == nil { around = around.parent }
        return JSONProblems([
            JSONProblem(place: document.place(of: around), path: path, message: message, remedy: remedy)
        ])
    }

    /// Variants in the order of the file.
    public var variantNames: [String] { variants.keys }

    /// Workloads of a variant in the order of the file.
    public func workloadNames(of variant: String) -> [String] {
        variants[variant]?["workloads"]?.objectValue?.keys ?? []
    }

    /// All that the result says of a workload.
    func workload(_ name: String, of variant: String) -> JSONValue {
        variants[variant]?["workloads"]?[name] ?? .null
    }

    /// The scenario that a variant ran: its patch merged in.
    func settings(of variant: String) -> JSONValue { scenario.merged(variant: variant) }
}
