import Foundation
import JSONText
import Testing

/// `simulate sample` and the runs that take what it measured, as a user meets them.
@Suite struct SampleCommandTests {
    private let small = """
        { "schema": "simulate/1", "name": "sampled", "seed": 1,
          "cluster": { "nodes": { "h100": { "type": "hgx-h100", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen3-0.6b", "max_context": 512,
            "traffic": { "generate": { "requests": 6, "arrivals": { "kind": "constant", "rate_per_s": 40 },
              "input_tokens": { "kind": "uniform", "min": 10, "max": 90 },
              "output_tokens": { "kind": "uniform", "min": 2, "max": 12 } } },
            "pools": { "mixed": { "role": "mixed", "nodes": "h100", "replicas": 1 } } } },
          "sampling": { "steps": 6, "layers": 1, "width": 0.02, "memory": "8 MiB" },
          "variants": { "few": { "workloads": { "chat": { "engine": { "max_sequences": 2 } } } } } }
        """

    private struct Files {
        let folder: ScratchFolder
        let scenario: String
        var samples: String { folder.path + "/samples.json" }
        func path(_ name: String) -> String { folder.path + "/" + name }
        func value(_ name: String) throws -> JSONValue { try JSONDocument(contentsOf: path(name)).value }
        func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
    }

    private func files(_ text: String? = nil) throws -> Files {
        let folder = try ScratchFolder()
        return Files(folder: folder, scenario: try folder.write("scenario.json", text ?? small))
    }

    @Test func samplesAreWrittenAndSummedUp() throws {
        let files = try files()
        let run = try CommandLineRun("sample", files.scenario, "-o", files.samples)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.output.contains("mixed"))
        let value = try files.value("samples.json")
        #expect(value["scale"]?["layers"]?.integerValue == 1)
        #expect(value["variants"]?.objectValue?.keys.map { $0 } == ["base", "few"])
        let pool = try #require(value["variants"]?["base"]?["workloads"]?["chat"]?["pools"]?["mixed"])
        #expect(pool["samples"]?.arrayValue?.count == 6)
        // Neither this machine nor the place of a file is in it.
        let text = String(decoding: try files.bytes("samples.json"), as: UTF8.self)
        #expect(!text.contains(files.folder.path))
    }

    /// Measured times differ from run to run; a run that takes them is the same bytes every time.
    @Test func aRunWithSamplesIsRepeatable() throws {
        let files = try files()
        #expect(try CommandLineRun("sample", files.scenario, "-o", files.samples, "--variant", "base").status == 0)
        for name in ["one.json", "two.json"] {
            let run = try CommandLineRun(
                "run", files.scenario, "--variant", "base", "--samples", files.samples, "-o", files.path(name))
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(try files.bytes("one.json") == files.bytes("two.json"))
        let workload = try #require(try files.value("one.json")["variants"]?["base"]?["workloads"]?["chat"])
        let sampling = try #require(workload["sampling"]?["pools"]?["mixed"] ?? workload["sampling"]?["mixed"])
        #expect(sampling["sampled_steps"]?.integerValue == 6)
        // An accelerator without experts: everything else is as without samples.
        #expect(
            try CommandLineRun("run", files.scenario, "--variant", "base", "-o", files.path("plain.json")).status == 0)
        let plain = try files.value("plain.json")["variants"]?["base"]?["workloads"]?["chat"]?["metrics"]
        #expect(plain != nil && plain == workload["metrics"])
    }

    @Test func oneCommandSamplesAndRuns() throws {
        let files = try files()
        let run = try CommandLineRun("run", files.scenario, "--sample", "-o", files.path("result.json"))
        #expect(run.status == 0, "\(run.errors)")
        for variant in ["base", "few"] {
            let workload = try files.value("result.json")["variants"]?[variant]?["workloads"]?["chat"]
            #expect(workload?["sampling"] != nil, "\(variant)")
        }
        #expect(try files.folder.files == ["result.json", "scenario.json"])
    }

    @Test func samplesOfAnotherScenarioAreRefused() throws {
        let files = try files()
        #expect(try CommandLineRun("sample", files.scenario, "-o", files.samples, "--variant", "base").status == 0)
        let other = try CommandLineRun("run", files.scenario, "--samples", files.samples, "--variant", "few")
        #expect(other.status == 2)
        #expect(other.errors.contains("only of base"))
        let changed = try CommandLineRun(
            "run", files.scenario, "--variant", "base", "--samples", files.samples, "--set",
            "workloads.chat.pools.mixed.replicas=2", "-o", files.path("result.json"))
        #expect(changed.status == 2)
        #expect(changed.errors.contains("has changed") && changed.errors.contains("run simulate sample again"))
        #expect(try files.folder.files == ["samples.json", "scenario.json"])
    }

    @Test func wrongInputsAreNamedAndNothingIsWritten() throws {
        let files = try files()
        let samples = try files.folder.write("broken.json", #"{"schema": "simulate-samples/1", "scales": {}}"#)
        let broken = try CommandLineRun("run", files.scenario, "--samples", samples)
        #expect(broken.status == 2)
        #expect(broken.errors.contains("scales") && broken.errors.contains("did you mean \"scale\"?"))
        let absent = try CommandLineRun("run", files.scenario, "--samples", files.path("none.json"))
        #expect(absent.status == 2 && absent.errors.contains("none.json"))
        let both = try CommandLineRun("run", files.scenario, "--sample", "--samples", samples)
        #expect(both.status != 0 && both.errors.contains("--sample makes the samples that --samples would read"))
        let nowhere = try CommandLineRun("sample", files.scenario)
        #expect(nowhere.status != 0 && nowhere.errors.contains("--output"))
        let unknown = try CommandLineRun("sample", files.scenario, "-o", files.samples, "--variant", "fewer")
        #expect(unknown.status == 2 && unknown.errors.contains("few"))
        let folder = try CommandLineRun("sample", files.scenario, "-o", files.path("no/folder/samples.json"))
        #expect(folder.status != 0 && !folder.errors.isEmpty)
        #expect(try files.folder.files == ["broken.json", "scenario.json"])
    }

    @Test(arguments: [
        ("\"steps\": 6", "\"steps\": 0", "sampling.steps"),
        ("\"width\": 0.02", "\"width\": 2", "sampling.width"),
        ("\"memory\": \"8 MiB\"", "\"memory\": 8", "sampling.memory"),
        ("\"layers\": 1", "\"layer\": 1", "did you mean \"layers\"?"),
    ])
    func aMistakeInTheScaleIsNamed(original: String, mistake: String, message: String) throws {
        #expect(small.contains(original))
        let files = try files(small.replacingOccurrences(of: original, with: mistake))
        let run = try CommandLineRun("sample", files.scenario, "-o", files.samples)
        #expect(run.status == 2)
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(try files.folder.files == ["scenario.json"])
    }
}
