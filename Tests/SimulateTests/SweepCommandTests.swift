import Foundation
import Testing

/// `simulate sweep` as a user meets it.
@Suite struct SweepCommandTests {
    private let scenario = """
        { "schema": "simulate/1", "name": "tiny", "seed": 1,
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b", "slo": { "ttft": "1 s" },
            "traffic": { "generate": { "requests": 50, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
              "input_tokens": { "kind": "constant", "value": 100 },
              "output_tokens": { "kind": "uniform", "min": 2, "max": 40 } } },
            "pools": { "m": { "role": "mixed", "nodes": "h20", "replicas": 1 } } } } }
        """
    private let sweep = """
        { "schema": "simulate-sweep/1", "base": "tiny.json",
          "axes": { "workloads.chat.pools.m.replicas": { "range": [1, 9] },
                    "workloads.chat.engine.max_sequences": [1, 8, 64] },
          "seeds": [1, 2], "objectives": ["min ttft_s.p99", "min devices"] }
        """

    private func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        _ = try folder.write("tiny.json", scenario)
        _ = try folder.write("sweep.json", sweep)
        return folder
    }

    private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func commasMakeAnAxis() throws {
        let folder = try folder()
        let run = try CommandLineRun(
            "sweep", "run", folder.path + "/tiny.json", "--set", "workloads.chat.engine.max_batch_tokens=2048,8192",
            "--set", "workloads.chat.pools.m.replicas=1,2", "--set", "workloads.chat.engine.max_sequences=16",
            "--pareto", "ttft_s.p99,min:devices", "-o", folder.path + "/out.jsonl")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("points: 4 ok"))
        #expect(run.output.contains("attain the SLO: 4 of 4"))
        #expect(run.output.contains("Pareto front of min ttft_s.p99, min devices"))
        #expect(try folder.files == ["out.jsonl", "sweep.json", "tiny.json"])
        let lines = try read(folder.path + "/out.jsonl").split(separator: "\n")
        #expect(lines.count == 4)
        let first = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        let metrics = (first?["metrics"] as? [String: Any])?["chat"] as? [String: Any]
        #expect(metrics?["requests_completed"] as? Int == 50)
        #expect(first?["meets_slo"] as? Bool == true)
        // A point is what `run` gives.
        let alone = try CommandLineRun(
            "run", folder.path + "/tiny.json", "--json", "--set", "workloads.chat.engine.max_batch_tokens=2048",
            "--set", "workloads.chat.pools.m.replicas=1", "--set", "workloads.chat.engine.max_sequences=16")
        var result = try JSONSerialization.jsonObject(with: Data(alone.output.utf8)) as? [String: Any]
        for key in ["variants", "base", "workloads", "chat", "metrics"] { result = result?[key] as? [String: Any] }
        #expect(result.map { NSDictionary(dictionary: $0) } == metrics.map { NSDictionary(dictionary: $0) })
        #expect(result != nil)
    }

    @Test func jobsShardsListedPointsAndStandardOutputGiveTheSameBytes() throws {
        let folder = try folder()
        let sweep = folder.path + "/sweep.json"
        for jobs in ["1", "2"] {
            let run = try CommandLineRun("sweep", "run", sweep, "--jobs", jobs, "-o", folder.path + "/\(jobs).jsonl")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("points: 48 ok, 6 failed"), "\(run.output)")
        }
        let one = try read(folder.path + "/1.jsonl")
        #expect(try read(folder.path + "/2.jsonl") == one)
        #expect(!one.contains(folder.path))
        for shard in 0..<8 {
            let run = try CommandLineRun("sweep", "run", sweep, "--shard", "\(shard)/8", "-o", folder.path + "/shards/")
            #expect(run.status == 0, "\(run.errors)")
        }
        let merged = folder.path + "/merged.jsonl"
        #expect(try CommandLineRun("sweep", "merge", folder.path + "/shards", "-o", merged).status == 0)
        #expect(try read(merged) == one)
        let status = try CommandLineRun("sweep", "status", folder.path + "/shards", "--json")
        #expect(
            status.output == "{\"ok\":48,\"failed\":6,\"limit\":0,\"timeout\":0,"
                + "\"memory\":0,\"decided\":0,\"left\":0,\"points\":54}\n")
        try FileManager.default.removeItem(atPath: folder.path + "/shards/shard-3-of-8.jsonl")
        let missing = try CommandLineRun("sweep", "merge", folder.path + "/shards", "-o", merged)
        #expect(missing.status == 1 && missing.errors.contains("7 of 54 points are missing"), "\(missing.errors)")
        let partial = try CommandLineRun("sweep", "merge", folder.path + "/shards", "--partial", "-o", "-")
        #expect(partial.output.split(separator: "\n").count == 47)
        // What plan writes, run takes.
        let points = folder.path + "/points.jsonl"
        #expect(try CommandLineRun("sweep", "plan", sweep, "-o", points).status == 0)
        let listed = try CommandLineRun("sweep", "run", folder.path + "/tiny.json", "--points", points, "-o", "-")
        #expect(listed.output == one, "\(listed.errors)")
    }

    @Test(arguments: [SIGKILL, SIGTERM]) func anInterruptedRunGoesOnToTheSameBytes(signal: Int32) throws {
        let folder = try folder()
        // Long enough to be interrupted: two hundred points.
        let options = [
            "sweep", "run", folder.path + "/tiny.json", "--jobs", "2", "--set",
            "workloads.chat.engine.max_sequences=" + (1...200).map(String.init).joined(separator: ","),
        ]
        let whole = folder.path + "/whole.jsonl", broken = folder.path + "/broken.jsonl"
        #expect(try CommandLineRun(arguments: options + ["-o", whole]).status == 0)
        let process = Process()
        process.executableURL = CommandLineRun.program
        process.arguments = options + ["-o", broken]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let log = broken + ".log"
        while process.isRunning, (try? read(log).split(separator: "\n").count) ?? 0 < 10 { usleep(1000) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        if signal == SIGTERM { #expect(process.terminationStatus == 75) }
        #expect(!FileManager.default.fileExists(atPath: broken))
        let left = try CommandLineRun("sweep", "status", broken)
        #expect(left.output.contains("200 points: "), "\(left.output) \(left.errors)")
        let second = try CommandLineRun(arguments: options + ["-o", broken])
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.errors.contains("of 200 points are done already"), "\(second.errors)")
        #expect(try read(broken) == read(whole))
        #expect(!FileManager.default.fileExists(atPath: log))
    }

    /// Two processes that share a folder take shards as they are free; a lease that was left behind is taken over.
    @Test func shardsAreClaimed() throws {
        let folder = try folder()
        let sweep = folder.path + "/sweep.json", leases = folder.path + "/leases"
        let options = [
            "sweep", "run", sweep, "--claim", leases, "--shards", "6", "-o", folder.path + "/shards", "--quiet",
        ]
        let processes = try (0..<2).map { _ in
            let process = Process()
            process.executableURL = CommandLineRun.program
            process.arguments = options
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }
        for process in processes { process.waitUntilExit() }
        #expect(processes.allSatisfy { $0.terminationStatus == 0 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: leases).isEmpty)
        let merged = folder.path + "/merged.jsonl", whole = folder.path + "/whole.jsonl"
        #expect(try CommandLineRun("sweep", "merge", folder.path + "/shards", "-o", merged).status == 0)
        #expect(try CommandLineRun("sweep", "run", sweep, "-o", whole).status == 0)
        #expect(try read(merged) == read(whole))
        // One is missing and in other hands; then its process is taken for dead.
        try FileManager.default.removeItem(atPath: folder.path + "/shards/shard-2-of-6.jsonl")
        let lease = leases + "/shard-2-of-6.jsonl.lease"
        try "".write(toFile: lease, atomically: false, encoding: .utf8)
        let waiting = try CommandLineRun(arguments: options)
        #expect(waiting.output == "0 of 6 shards were run here, 1 are in other hands\n", "\(waiting.errors)")
        let past = Date(timeIntervalSinceNow: -60)
        try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: lease)
        let over = try CommandLineRun(arguments: options + ["--lease-timeout", "30"])
        #expect(over.output == "1 of 6 shards were run here, 0 are in other hands\n", "\(over.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: leases).isEmpty)
    }

    @Test func aTableForSpreadsheetsAndAPrediction() throws {
        let folder = try folder()
        let file = folder.path + "/out.jsonl", table = folder.path + "/out.csv"
        #expect(try CommandLineRun("sweep", "run", folder.path + "/sweep.json", "-o", file).status == 0)
        #expect(try CommandLineRun("sweep", "merge", file, "-o", "-", "--csv", table).status == 0)
        let rows = try read(table).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(rows.count == 56 && rows.last == "")
        let header = rows[0].split(separator: ",").map(String.init)
        #expect(header.prefix(4) == ["i", "of", "id", "status"])
        for name in ["workloads.chat.pools.m.replicas", "chat.ttft_s.p99", "cluster.devices", "error"] {
            #expect(header.contains(name), "\(name)")
        }
        #expect(rows[1].hasPrefix("0,54,"))
        let predicted = try CommandLineRun("sweep", "plan", folder.path + "/sweep.json", "-o", file, "--predict")
        #expect(predicted.errors.hasPrefix("54 points, about "), "\(predicted.errors)")
        #expect(predicted.errors.contains("of processor time"))
    }

    @Test func limitsAndConflicts() throws {
        let folder = try folder()
        let sweep = folder.path + "/sweep.json"
        let limited = try CommandLineRun(
            "sweep", "run", sweep, "--max-events", "20", "-o", folder.path + "/limited.jsonl")
        #expect(limited.status == 0)
        #expect(limited.output.contains("48 limit"), "\(limited.output)")
        // The program alone is larger; each point has more than one event.
        let large = try CommandLineRun(
            "sweep", "run", sweep, "--max-memory", "1 MB", "-o", folder.path + "/large.jsonl")
        #expect(large.output.contains("48 memory"), "\(large.output) \(large.errors)")
        let stopped = try CommandLineRun(
            "sweep", "run", sweep, "--seeds", "1", "--shard", "auto", "-o", folder.path + "/x.jsonl")
        #expect(stopped.status == 2 && stopped.errors.contains("SLURM_ARRAY_TASK_ID"))
        #expect(try CommandLineRun("sweep", "run", sweep, "-o", folder.path + "/free.jsonl").status == 0)
        let merge = try CommandLineRun(
            "sweep", "merge", folder.path + "/limited.jsonl", folder.path + "/free.jsonl",
            "-o", folder.path + "/m.jsonl")
        #expect(merge.status == 1 && merge.errors.contains("two different results"), "\(merge.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/m.jsonl"))
    }

    @Test(arguments: [
        ["--set", "workloads.chat.engine.max_sequence=1,2"], ["--where", "a.b == 1"], ["--where", "1 +"],
        ["--shard", "8/8"], ["--pareto", "cost"], ["--variant", "other"], ["--seeds", "x"], ["--jobs", "0"],
        ["--points", "/absent"], ["--max-memory", "4"], ["--claim", "/tmp"], ["--lease-timeout", "9"],
    ])
    func wrongOptionsHaveStatusTwo(options: [String]) throws {
        let folder = try folder()
        let run = try CommandLineRun(
            arguments: ["sweep", "run", folder.path + "/tiny.json", "-o", folder.path + "/o.jsonl"] + options)
        #expect(run.status == 2, "\(options) \(run.output) \(run.errors)")
        #expect(!run.errors.isEmpty && run.output.isEmpty)
        #expect(try folder.files == ["sweep.json", "tiny.json"])
    }

    /// The sweep that is shipped has its points, and each can run.
    @Test func theShippedSweepIsPlanned() throws {
        let run = try CommandLineRun("sweep", "plan", "Scenarios/sweeps/pd-ratio-kv-router.json")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.split(separator: "\n").count == 240)
    }
}
