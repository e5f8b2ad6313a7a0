import Glibc
import JSONText

@testable import Scenario

/// A scenario of which tests change one line, to see what is said of it and where.
enum SmallScenario {
    /// Line 1 begins the object; the numbers are those that problems name.
    static let text = """
        {
          "schema": "simulate/1",
          "name": "small",
          "cluster": {
            "nodes": { "h20": { "type": "hgx-h20", "count": 1 }, "a2": { "type": "atlas-800t-a2", "count": 1 } },
            "fabric": { "kind": "leaf-spine" }
          },
          "workloads": { "chat": {
            "kind": "serving",
            "model": "qwen3-8b",
            "max_context": 8192,
            "traffic": { "generate": {
              "requests": 20,
              "arrivals": { "kind": "poisson", "rate_per_s": 10 },
              "input_tokens": { "kind": "uniform", "min": 50, "max": 500 },
              "output_tokens": { "kind": "constant", "value": 20 }
            } },
            "pools": {
              "prompts": { "role": "prefill", "nodes": "a2", "tensor_parallel": 2, "replicas": 2 },
              "answers": { "role": "decode", "nodes": "h20", "tensor_parallel": 1, "replicas": 2 }
            },
            "engine": { "max_batch_tokens": 2048, "max_sequences": 64, "block_tokens": 16 },
            "slo": { "ttft": "1 s", "tpot": "50 ms" }
          } },
          "variants": {
            "together": { "workloads": { "chat": { "pools": {
              "prompts": null, "answers": null,
              "all": { "role": "mixed", "nodes": "h20", "tensor_parallel": 2, "replicas": 4 }
            } } } }
          }
        }
        """

    /// The scenario with one piece of its text replaced, which must stand there once.
    static func replacing(_ old: String, _ new: String) -> String {
        let parts = text.components(separatedBy: old)
        precondition(parts.count == 2, "\(old) stands \(parts.count - 1) times in the scenario")
        return parts.joined(separator: new)
    }

    static func document(
        _ text: String = text, folder: String = "", settings: [String] = []
    ) throws(JSONProblems) -> ScenarioDocument {
        try ScenarioDocument(JSONDocument(text: text, file: "small.json"), folder: folder, settings: settings)
    }

    /// What a complete check of a variant says, one line a problem.
    static func complaints(
        _ text: String = text, folder: String = "", settings: [String] = [],
        variant: String = ScenarioDocument.baseName
    ) -> [String] {
        do throws(JSONProblems) {
            _ = try document(text, folder: folder, settings: settings).checked(variant: variant)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    /// What is said after one piece of the text was replaced.
    static func complaints(
        replacing old: String, _ new: String, variant: String = ScenarioDocument.baseName
    ) -> [String] {
        complaints(replacing(old, new), variant: variant)
    }
}

extension String {
    /// The parts between the occurrences of a piece.
    func components(separatedBy piece: String) -> [String] {
        split(separator: piece, omittingEmptySubsequences: false).map(String.init)
    }
}

/// Runs a body with a folder of its own that holds files of these names and texts; its path ends in a slash.
func withFolder(_ files: [(name: String, text: String)], _ body: (String) throws -> Void) throws {
    var template = Array("/tmp/scenario-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileProblem(path: "/tmp", message: "no folder") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) + "/"
    defer {
        for file in files { unlink(folder + file.name) }
        rmdir(folder)
    }
    for file in files {
        let sink = try FileSink(folder + file.name)
        try sink.write(Array(file.text.utf8))
        try sink.commit()
    }
    try body(folder)
}
