import Foundation
import Testing

/// `simulate run --flow` as a user meets it.
@Suite struct FlowCommandTests {
    private let scenario = """
        { "schema": "simulate/1", "name": "small", "seed": 1,
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b",
            "traffic": { "generate": { "requests": 30, "arrivals": { "kind": "poisson", "rate_per_s": 20 },
              "input_tokens": { "kind": "uniform", "min": 10, "max": 4000 },
              "output_tokens": { "kind": "uniform", "min": 1, "max": 50 } } },
            "pools": { "p": { "role": "prefill", "nodes": "h20", "replicas": 2 },
                       "d": { "role": "decode", "nodes": "h20", "replicas": 2 } } } },
          "variants": { "eager": { "workloads": { "chat": { "engine": { "execution": "eager" } } } } } }
        """

    @Test func theResultIsTheSameWithAFlowAndTheFlowTheSameTwice() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("s.json", scenario)
        let plain = try CommandLineRun("run", file, "-o", "-")
        var flows: [Data?] = []
        for extra in [[], ["--timeline", folder.path + "/run.json"], ["--variant", "base"]] {
            let path = folder.path + "/flow\(flows.count).jsonl"
            let recorded = try CommandLineRun(arguments: ["run", file, "-o", "-", "--flow", path] + extra)
            #expect(recorded.status == 0)
            #expect(extra.first == "--variant" || recorded.output == plain.output)
            #expect(recorded.errors.hasPrefix("flow of variant base: \(path), "))
            flows.append(FileManager.default.contents(atPath: path))
        }
        #expect(flows[0]?.count ?? 0 > 1000 && flows.allSatisfy { $0 == flows[0] })
        let printed = try CommandLineRun("run", file, "--flow", "-", "--variant", "base")
        #expect(Data(printed.output.utf8) == flows[0])
    }

    @Test func mistakesLeaveNothingBehind() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("s.json", scenario), path = folder.path + "/flow.jsonl"
        let wrong: [(arguments: [String], status: Int32, message: String)] = [
            (["--flow-interval", "5 s"], 2, "has an effect only with --flow"),
            (["--flow", path, "--flow-interval", "5"], 2, "--flow-interval 5"),
            (["--flow", path, "--flow-interval", "1 us"], 2, "at least 1 ms"),
            (["--flow", folder.path + "/none/flow.jsonl"], 1, "no such file or folder"),
            (["--flow", "-", "--requests", "-"], 2, "only one of"),
        ]
        for (arguments, status, message) in wrong {
            let run = try CommandLineRun(arguments: ["run", file, "-o", folder.path + "/result.json"] + arguments)
            #expect(run.status == status && run.errors.contains(message), "\(arguments): \(run.errors)")
        }
        #expect(try folder.files == ["s.json"])
    }
}
