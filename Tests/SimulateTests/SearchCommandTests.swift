import Foundation
import Testing

/// `simulate search` as a user meets it.
@Suite struct SearchCommandTests {
    private let scenario = """
        { "schema": "simulate/1", "name": "tiny", "seed": 1,
          "cluster": { "nodes": { "a2": { "type": "atlas-800t-a2", "count": 1, "cost_per_hour": 24 },
                                  "h20": { "type": "hgx-h20", "count": 1, "cost_per_hour": 32 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b", "slo": { "ttft": "1 s", "tpot": "50 ms" },
            "traffic": { "generate": { "requests": 60, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
              "input_tokens": { "kind": "constant", "value": 2000 },
              "output_tokens": { "kind": "uniform", "min": 2, "max": 40 } } },
            "pools": { "p": { "role": "prefill", "nodes": "a2", "replicas": 1 },
                       "d": { "role": "decode", "nodes": "h20", "replicas": 1 } } } } }
        """
    private let rate = "workloads.chat.traffic.generate.arrivals.rate_per_s="
    private let prefill = "workloads.chat.pools.p.replicas="

    private func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        _ = try folder.write("tiny.json", scenario)
        return folder
    }

    @Test func theLargestLoadWithTheClosedFormBesideIt() throws {
        let folder = try folder()
        let run = try CommandLineRun(
            "search", folder.path + "/tiny.json", "--load", rate + "1..100", "--set", prefill + "1,2,4")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("largest workloads.chat.traffic.generate.arrivals.rate_per_s that holds slo: "))
        #expect(run.output.contains("does not)"))
        #expect(run.output.contains("p.replicas=4"))
        #expect(run.output.contains("closed form, requests of mean length (2000 tokens in"))
        #expect(run.output.contains("at the best division"))
        #expect(run.output.contains("candidates were run"))
        #expect(try folder.files == ["tiny.json"])
    }

    @Test func theCheapestAsJSONAndItsRuns() throws {
        let folder = try folder()
        let options = [
            "search", folder.path + "/tiny.json", "--resource", prefill + "1..8", "--resource",
            "workloads.chat.pools.d.replicas=1..9", "--set", rate + "12", "--minimise", "cost_per_hour", "--json",
        ]
        let file = folder.path + "/runs.jsonl"
        let run = try CommandLineRun(arguments: options + ["-o", file])
        #expect(run.status == 0, "\(run.errors)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(document["schema"] as? String == "simulate-search/1")
        #expect(document["unfit"] as? Int == 8)
        let best = try #require(document["best"] as? [String: Any])
        let cluster = try #require(best["cluster"] as? [String: Any])
        let set = try #require(best["set"] as? [String: Int])
        let own = Double(set["workloads.chat.pools.p.replicas"] ?? 0) * 3
            + Double(set["workloads.chat.pools.d.replicas"] ?? 0) * 4
        #expect(cluster["cost_per_hour"] as? Double == own)
        #expect(cluster["cost_per_million_output_tokens"] is Double)
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == document["runs"] as? Int)
        // The same bytes with one job, and a sweep's tools read them.
        let again = try CommandLineRun(arguments: options + ["-o", folder.path + "/one.jsonl", "--jobs", "1"])
        #expect(again.output == run.output)
        #expect(try String(contentsOfFile: folder.path + "/one.jsonl", encoding: .utf8)
            == String(contentsOfFile: file, encoding: .utf8))
        #expect(try CommandLineRun("sweep", "merge", file, "--partial", "-o", "-").status == 0)
    }

    @Test func aParetoFrontOverCost() throws {
        let folder = try folder()
        let run = try CommandLineRun(
            "search", folder.path + "/tiny.json", "--set", prefill + "1,2,4", "--pareto",
            "min:cost_per_hour,min:ttft_s.p99,power_w", "--holding", "any")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("Pareto front of min cost_per_hour, min ttft_s.p99, min power_w"), "\(run.output)")
        #expect(run.output.contains("3 of 3 candidates were run"))
    }

    @Test(arguments: [
        [], ["--load", "x=1..2", "--minimise", "devices"], ["--load", "workloads.chat.traffic.spead=1..2"],
        ["--load", "speed"], ["--load", "workloads.chat.traffic.speed=2..1"], ["--minimise", "devices"],
        ["--maximise", "ttft_s.p98", "--set", "workloads.chat.pools.p.replicas=1,2", "--holding", "ttft < 1"],
        ["--pareto", "beauty", "--set", "workloads.chat.pools.p.replicas=1,2"],
        ["--minimise", "devices", "--resource", "workloads.chat.pools.p.replicas=1..2", "--within", "cards < 2"],
        ["--minimise", "devices", "--resource", "workloads.chat.pools.p.replicas=1..2", "--within", "devices < 2"],
    ])
    func wrongOptionsHaveStatusTwo(options: [String]) throws {
        let folder = try folder()
        let run = try CommandLineRun(arguments: ["search", folder.path + "/tiny.json"] + options)
        #expect(run.status == 2, "\(options) \(run.output) \(run.errors)")
        #expect(!run.errors.isEmpty && run.output.isEmpty)
        #expect(try folder.files == ["tiny.json"])
    }
}
