import Foundation
import Testing

/// `simulate run --timeline` as a user meets it.
@Suite struct TimelineCommandTests {
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

    @Test func theResultIsTheSameWithATimeline() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("s.json", scenario)
        let plain = try CommandLineRun("run", file, "-o", "-", "--requests", folder.path + "/plain.jsonl")
        for (level, name) in [("operator", "run.pftrace"), ("step", "run.json"), ("job", "run.perfetto-trace")] {
            let path = folder.path + "/" + name
            let recorded = try CommandLineRun(
                "run", file, "-o", "-", "--requests", folder.path + "/recorded.jsonl", "--timeline", path,
                "--timeline-level", level)
            #expect(recorded.status == 0 && recorded.output == plain.output)
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            #expect(size > 50)
            #expect(recorded.errors == "timeline of variant base: \(path), \(size) bytes\n")
            #expect(FileManager.default.contents(atPath: folder.path + "/recorded.jsonl")
                == FileManager.default.contents(atPath: folder.path + "/plain.jsonl"))
        }
        #expect(try folder.files.count == 6)
    }

    @Test func theNamedVariantIsRecorded() throws {
        let folder = try ScratchFolder()
        let run = try CommandLineRun(
            "run", try folder.write("s.json", scenario), "--variant", "eager", "--timeline", folder.path + "/run.json")
        #expect(run.status == 0 && run.errors.hasPrefix("timeline of variant eager: "))
    }

    @Test func mistakesLeaveNothingBehind() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("s.json", scenario)
        let wrong: [(arguments: [String], status: Int32, message: String)] = [
            (["--timeline", folder.path + "/run.html"], 2, "the name of the file says its format"),
            (["--timeline", folder.path + "/run.json", "--timeline-level", "operators"], 2, "did you mean operator?"),
            (["--timeline", folder.path + "/run.json", "--timeline-window", "9s:3s"], 2, "it ends before it begins"),
            (["--timeline", folder.path + "/run.json", "--timeline-max-bytes", "5"], 2, "at least 65536"),
            (["--timeline-window", ":3s"], 2, "has an effect only with --timeline"),
            (["--timeline", folder.path + "/none/run.json"], 1, "no such file or folder"),
        ]
        for (arguments, status, message) in wrong {
            let run = try CommandLineRun(arguments: ["run", file, "-o", folder.path + "/result.json"] + arguments)
            #expect(run.status == status && run.errors.contains(message), "\(arguments): \(run.errors)")
        }
        #expect(try folder.files == ["s.json"])
    }
}
