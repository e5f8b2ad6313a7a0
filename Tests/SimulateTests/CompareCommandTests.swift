import Foundation
import Testing

/// Parameter draws and comparisons on the command line.
@Suite struct CompareCommandTests {
    private let scenario = """
        { "schema": "simulate/1", "name": "small",
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b",
            "traffic": { "generate": { "requests": 40, "arrivals": { "kind": "poisson", "rate_per_s": 5 },
              "input_tokens": { "kind": "constant", "value": 500 }, "output_tokens": { "kind": "constant", "value": 40 } } },
            "pools": { "m": { "role": "mixed", "nodes": "h20", "replicas": 2 } } } },
          "variants": { "one": { "workloads": { "chat": { "pools": { "m": { "replicas": 1 } } } } } } }
        """

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test func jobsChangeNoByteAndDrawsNoMetric() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("small.json", scenario)
        for (name, options) in [
            ("off", []), ("one", ["--draws", "4", "--jobs", "1"]), ("three", ["--draws", "4", "--jobs", "3"]),
            ("all", ["--draws", "4"]),
        ] {
            let run = try CommandLineRun(arguments: ["run", file, "-o", folder.path + "/\(name).json"] + options)
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        }
        let one = try bytes(folder.path + "/one.json")
        let three = try bytes(folder.path + "/three.json"), all = try bytes(folder.path + "/all.json")
        #expect(one == three && one == all)
        let nominal = try bytes(folder.path + "/off.json")
        let off = String(decoding: nominal, as: UTF8.self)
        #expect(off.contains("\"intervals\": null"))
        #expect(!off.contains("common_mode") && !off.contains("probability_better_than"))
        let run = try CommandLineRun("compare", folder.path + "/off.json", folder.path + "/one.json", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        for pair in try #require(document?["pairs"] as? [[String: Any]]) {
            let metrics = try #require(pair["metrics"] as? [String: [String: Any]])
            #expect(metrics.count > 40)
            #expect(metrics.values.allSatisfy { $0["first"] as? Double == $0["second"] as? Double })
        }
    }

    @Test func twoVariantsOfOneFileStandSideBySide() throws {
        let folder = try ScratchFolder()
        let result = folder.path + "/r.json"
        let file = try folder.write("small.json", scenario)
        let drawn = try CommandLineRun("run", file, "--draws", "4", "-o", result)
        #expect(drawn.output.contains(" of 4 draws"))
        let run = try CommandLineRun(
            "compare", result, result, "--variant", "base", "--other-variant", "one", "-o", folder.path + "/c.json")
        #expect(run.status == 0)
        #expect(run.output.contains("variant base against one, workload chat"))
        #expect(run.output.contains("P(B better)"))
        #expect(run.output.contains("workloads.chat.pools.m.replicas"))
        let files = try folder.files
        #expect(files == ["c.json", "r.json", "small.json"])
    }

    @Test(arguments: [
        ["run", "small.json", "--draws", "1"], ["run", "small.json", "--jobs", "2"], ["compare", "small.json"],
        ["compare", "small.json", "small.json"], ["compare", "absent.json", "absent.json"],
        ["compare", "small.json", "small.json", "--other-variant", "one"],
    ])
    func wrongArgumentsHaveStatusTwo(arguments: [String]) throws {
        let folder = try ScratchFolder()
        _ = try folder.write("small.json", scenario)
        let run = try CommandLineRun(arguments: arguments, in: folder.path)
        #expect(run.status == 2, "\(arguments): \(run.output) \(run.errors)")
        #expect(!run.errors.isEmpty && run.output.isEmpty)
        let files = try folder.files
        #expect(files == ["small.json"])
    }
}
