import Foundation
import Testing

/// The command line as a user meets it.
@Suite struct CommandLineTests {
    private let small = """
        { "schema": "simulate/1", "name": "small", "seed": 1,
          "cluster": { "nodes": { "a2": { "type": "atlas-800t-a2", "count": 1 }, "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b",
            "traffic": { "generate": { "requests": 200, "arrivals": { "kind": "gamma", "rate_per_s": 20, "coefficient_of_variation": 2 },
              "input_tokens": { "kind": "lognormal", "mean": 800, "stdev": 900, "min": 10, "max": 8000 },
              "output_tokens": { "kind": "uniform", "min": 1, "max": 200 },
              "system_prompt_tokens": 160, "prefix_block_tokens": 16 } },
            "pools": { "p": { "role": "prefill", "nodes": "a2", "replicas": 2 }, "d": { "role": "decode", "nodes": "h20", "replicas": 2 } },
            "router": { "prefill": "prefix-aware", "decode": "power-of-two" },
            "kv": { "transfer": "layerwise-push" } } },
          "variants": { "pull": { "workloads": { "chat": { "kv": { "transfer": "pull" } } } } } }
        """

    @Test func aScenarioGivesATableWithTheReason() throws {
        let folder = try ScratchFolder()
        let run = try CommandLineRun(try folder.write("small.json", small))
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.output.contains("200 / 200"))
        #expect(run.output.contains("No difference above 0.5 % in output tokens per second and card"))
        #expect(run.output.contains("Why pull:"))
    }

    @Test func twoProcessesGiveTheSameBytes() throws {
        let folder = try ScratchFolder()
        let scenario = try folder.write("small.json", small)
        for name in ["one", "two"] {
            let run = try CommandLineRun(
                "run", scenario, "-o", folder.path + "/\(name).json", "--requests", folder.path + "/\(name).jsonl")
            #expect(run.status == 0)
        }
        for kind in ["json", "jsonl"] {
            let one = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/one.\(kind)"))
            #expect(one.count > 1000)
            #expect(try one == Data(contentsOf: URL(fileURLWithPath: folder.path + "/two.\(kind)")))
        }
    }

    @Test func aResultRunsAgainToTheSameBytes() throws {
        let folder = try ScratchFolder()
        let result = folder.path + "/result.json"
        #expect(try CommandLineRun("run", try folder.write("small.json", small), "-o", result).status == 0)
        #expect(try CommandLineRun("run", result, "-o", folder.path + "/again.json").status == 0)
        let first = try Data(contentsOf: URL(fileURLWithPath: result))
        #expect(try first == Data(contentsOf: URL(fileURLWithPath: folder.path + "/again.json")))
    }

    @Test func jsonOnStandardOutputIsAllThatIsThere() throws {
        let folder = try ScratchFolder()
        let run = try CommandLineRun("run", try folder.write("small.json", small), "--json", "--variant", "pull")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let variants = object?["variants"] as? [String: Any]
        #expect(variants?.keys.sorted() == ["pull"])
    }

    @Test func aNewSeedGivesOtherNumbers() throws {
        let folder = try ScratchFolder()
        let scenario = try folder.write("small.json", small)
        let outputs = try ["1", "2"].map { try CommandLineRun("run", scenario, "--seed", $0).output }
        #expect(outputs[0] != outputs[1])
    }

    @Test(arguments: [
        ("\"rate_per_s\"", "\"rate\"", "unknown key"),
        ("\"min\": 10,", "\"min\": -10,", "expected an integer"),
        ("\"replicas\": 2 }, \"d\"", "\"replicas\": 0 }, \"d\"", "replicas"),
        ("qwen2.5-7b", "qwen2.5-7c", "did you mean"),
        ("\"seed\": 1,", "\"seed\": 1, \"seed\": 2,", "duplicate"),
        ("\"transfer\": \"layerwise-push\"", "\"transfer\": \"push\"", "expected one of"),
        ("\"model\": \"qwen2.5-7b\"", "\"model\": \"llama-3.1-405b\"", "does not fit"),
    ])
    func aMistakeIsNamedAndNothingIsWritten(original: String, mistake: String, message: String) throws {
        let folder = try ScratchFolder()
        #expect(small.contains(original))
        let scenario = try folder.write("wrong.json", small.replacingOccurrences(of: original, with: mistake))
        let run = try CommandLineRun(
            "run", scenario, "-o", folder.path + "/result.json", "--requests", folder.path + "/r.jsonl")
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("wrong.json:"), "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(try folder.files == ["wrong.json"])
        let check = try CommandLineRun("check", scenario)
        #expect(check.status == 2)
        #expect(check.errors == run.errors)
    }

    @Test func aBrokenTraceIsNamedWithItsLine() throws {
        let folder = try ScratchFolder()
        let trace = "{\"timestamp\": 0, \"input_length\": 10, \"output_length\": 5, \"hash_ids\": [0]}\n"
            + "{\"timestamp\": 3000, \"input_le"
        _ = try folder.write("cut.jsonl", trace)
        let generated = #"{ "generate""#
        let start = try #require(small.range(of: generated))
        let end = try #require(small.range(of: "\"pools\""))
        let scenario = small.replacingCharacters(
            in: start.lowerBound..<end.lowerBound, with: "{ \"trace\": \"cut.jsonl\" },\n            ")
        let run = try CommandLineRun(
            "run", try folder.write("scenario.json", scenario), "-o", folder.path + "/result.json")
        #expect(run.status == 2)
        #expect(run.errors.contains("cut.jsonl:2:"), "\(run.errors)")
        #expect(try folder.files == ["cut.jsonl", "scenario.json"])
        let missing = try CommandLineRun("check", try folder.write(
            "missing.json", scenario.replacingOccurrences(of: "cut.jsonl", with: "absent.jsonl")))
        #expect(missing.status == 2)
        #expect(missing.errors.contains("absent.jsonl"), "\(missing.errors)")
    }

    @Test(arguments: [
        ["run"], ["run", "absent.json"], ["--frobnicate"], ["run", "--set", "name", "x.json"],
        ["trace", "inspect", "absent.jsonl"], ["device", "show", "h21"], ["schema", "everything"],
        ["trace", "generate", "--preset", "nothing", "-o", "-"],
    ])
    func wrongArgumentsHaveStatusTwo(arguments: [String]) throws {
        let run = try CommandLineRun(arguments: arguments)
        #expect(run.status == 2, "\(arguments): \(run.output) \(run.errors)")
        #expect(!run.errors.isEmpty)
        #expect(run.output.isEmpty)
    }

    @Test func everythingIsListed() throws {
        #expect(try CommandLineRun("device", "list").output.contains("ascend-910b2"))
        #expect(try CommandLineRun("device", "show", "h20-96").output.contains("gemm.compute_efficiency"))
        #expect(try CommandLineRun("model", "list").output.contains("deepseek-v3"))
        #expect(try CommandLineRun("schema").output.contains("json-schema.org"))
        #expect(try CommandLineRun("--help").status == 0)
        #expect(try CommandLineRun("--version").output.hasPrefix("simulate "))
    }

    @Test func aGeneratedTraceIsInspected() throws {
        let folder = try ScratchFolder()
        let trace = folder.path + "/t.jsonl"
        let generated = try CommandLineRun(
            "trace", "generate", "--preset", "conversation", "--requests", "500", "--seed", "3", "-o", trace)
        #expect(generated.status == 0)
        let inspected = try CommandLineRun("trace", "inspect", trace)
        #expect(inspected.output.contains("requests          500"))
        #expect(inspected.output.contains("unbounded cache   hits"))
    }
}
