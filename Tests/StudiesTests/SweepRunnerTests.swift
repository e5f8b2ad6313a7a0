import Foundation
import JSONText
import Testing

@testable import Studies

@Suite struct SweepRunnerTests {
    private typealias Fixtures = SweepFixtures

    @Test func anyNumberOfJobsGivesTheSameLines() async throws {
        let runner = Fixtures.runner(try Fixtures.plan())
        let one = try await Fixtures.lines(runner, jobs: 1)
        for jobs in [2, 5] { #expect(try await Fixtures.lines(runner, jobs: jobs) == one) }
        #expect(one.filter { $0.contains("\"status\":\"ok\"") }.count == 6)
        #expect(one[6].contains("\"status\":\"failed\""))
        #expect(one[6].contains("replicas"), "\(one[6])")
    }

    @Test func aLimitOnEventsIsAResult() async throws {
        let plan = try Fixtures.plan()
        let free = Fixtures.runner(plan).line(of: 1)
        let value = try JSONDocument(bytes: free.bytes).value
        let events = try #require(value.value(at: ["metrics", "chat", "events"])?.integerValue)
        let enough = Fixtures.runner(plan, SweepLimits(maximumEvents: Int(events))).line(of: 1)
        #expect(enough.bytes == free.bytes)
        let short = Fixtures.runner(plan, SweepLimits(maximumEvents: Int(events) - 1)).line(of: 1)
        #expect(short.head.status == .limit)
        #expect(short.head.identifier == free.head.identifier)
    }

    @Test func aSweepInWhichNothingCanRunIsRefused() throws {
        var specification = SweepSpecification()
        specification.axes = [SweepAxis(["workloads", "chat", "engine", "max_sequence"], [1, 2])]
        let error = #expect(throws: JSONProblems.self) { try Fixtures.runner(try Fixtures.plan(specification)).check() }
        #expect(error?.description.contains("did you mean") ?? false)
        try Fixtures.runner(try Fixtures.plan()).check()
    }

    @Test func aLineTellsItsHead() throws {
        let line = Fixtures.runner(try Fixtures.plan()).line(of: 3)
        #expect(SweepLineHead(line: line.bytes) == line.head)
        for end in [0, 10, 40] { #expect(SweepLineHead(line: line.bytes.prefix(end)) == nil) }
        let value = try JSONDocument(bytes: line.bytes).value
        #expect(value["seed"] == 1)
        #expect(value["set"]?[Fixtures.sequences.description] == 64)
    }

    /// A log cut anywhere, as by a kill, continues to the same file.
    @Test func anInterruptedRunEndsInTheSameBytes() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let runner = Fixtures.runner(try Fixtures.plan())
        let whole = try await Fixtures.lines(runner, jobs: 1).map { $0 + "\n" }.joined()
        let header = SweepLog.Header(plan: runner.plan, shard: .whole, limits: runner.limits)
        let target = folder + "/out.jsonl", path = SweepLog.path(of: target)
        for cut in stride(from: 0, to: whole.utf8.count, by: 211) {
            try Data(header.line + Array(whole.utf8.prefix(cut))).write(to: URL(fileURLWithPath: path))
            let log = try SweepLog(path, header)
            for index in 0..<runner.plan.count where !log.contains(index) { try log.append(runner.line(of: index)) }
            try log.finish(to: try FileSink(target))
            #expect(try String(contentsOfFile: target, encoding: .utf8) == whole)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        try Data(header.line).write(to: URL(fileURLWithPath: path))
        let other = SweepLog.Header(plan: runner.plan, shard: SweepShard(index: 0, count: 2), limits: runner.limits)
        #expect(throws: FileProblem.self, "another shard") { _ = try SweepLog(path, other) }
        let held = try SweepLog(path, header)
        #expect(throws: FileProblem.self, "two processes") { _ = try SweepLog(path, header) }
        #expect(held.count == 0)
    }

    @Test func aLogTellsItsSpeedAndIsContinued() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let runner = Fixtures.runner(try Fixtures.plan()), path = folder + "/out.jsonl.log"
        let header = SweepLog.Header(plan: runner.plan, shard: .whole, limits: runner.limits)
        var log: SweepLog? = try SweepLog(path, header)
        try log?.append(runner.line(of: 0))
        try log?.append(runner.line(of: 1))
        log = nil
        // As if it had begun ten seconds ago.
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let started = try #require(text.firstRange(of: "\"started_s\":\""))
        let seconds = try #require(Int(text[started.upperBound...].prefix(12)))
        let digits = "\(seconds - 10)"
        let older = text.replacingOccurrences(
            of: "\(seconds)\"", with: digits + "\"", range: text.startIndex..<text.endIndex)
        try older.write(toFile: path, atomically: false, encoding: .utf8)
        let speed = try #require(SweepSpeed.pointsPerSecond(logs: [path]))
        #expect(speed > 0.1 && speed <= 0.2)
        let again = try SweepLog(path, header)
        #expect(again.count == 2)
        let head = try String(contentsOfFile: path, encoding: .utf8).prefix { $0 != "\n" }
        #expect(head.contains("\"done_before\":\"000000002\""))
        try again.append(runner.line(of: 2))
        #expect(again.count == 3)
        #expect(try again.result(of: 2)?["i"] == 2)
        #expect(try again.result(of: 3) == nil)
        #expect(SweepSpeed.pointsPerSecond(logs: [folder + "/absent"]) == nil)
    }

    @Test func collectionsRefuseContradictions() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func file(_ name: String, _ lines: [String]) throws -> String {
            let path = folder + "/" + name
            try lines.map { $0 + "\n" }.joined().write(toFile: path, atomically: false, encoding: .utf8)
            return path
        }
        func line(_ index: Int, _ status: String = "ok", id: String = "0123456789abcdef", rest: String = "") -> String {
            "{\"i\":\(index),\"of\":3,\"id\":\"\(id)\",\"status\":\"\(status)\"\(rest)}"
        }
        let one = try file("one", [line(2), line(0)])
        let both = try SweepCollection([one, try file("same", [line(0), line(1, "failed")])])
        #expect(both.missing.isEmpty && both.count(.ok) == 2 && both.count(.failed) == 1)
        var order: [Int] = []
        try both.forEachLine { order.append($1.index) }
        #expect(order == [0, 1, 2])
        #expect(try SweepCollection([one]).missing == [1])
        for other in [line(0, rest: ",\"x\":1"), line(0, "failed"), line(0, id: "0123456789abcdee"), "{}"] {
            #expect(throws: SweepCollectionProblem.self) { try SweepCollection([one, try file("other", [other])]) }
        }
        let stopped = try file("stopped", [line(0, "timeout", rest: ",\"x\":1")])
        #expect(try SweepCollection([stopped, one]).count(.timeout) == 0)
        #expect(try SweepCollection([one, stopped]).count(.ok) == 2)
    }

    @Test func shardsDivideThePoints() throws {
        let shards = (0..<3).map { SweepShard(index: $0, count: 3) }
        #expect(shards.flatMap { Array($0.points(of: 10)) }.sorted() == Array(0..<10))
        #expect(SweepShard(parsing: "2/8") == SweepShard(index: 2, count: 8))
        for wrong in ["8/8", "-1/8", "1", "a/b", "1/2/3", "/"] { #expect(SweepShard(parsing: wrong) == nil) }
        #expect(SweepShard(index: 7, count: 100).fileName == "shard-07-of-100.jsonl")
    }

    @Test func shardsOfJobArrays() throws {
        let slurm = [
            "SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "2",
            "SLURM_ARRAY_TASK_COUNT": "4",
        ]
        #expect(try SweepShard(environment: slurm, count: nil) == SweepShard(index: 2, count: 4))
        #expect(try SweepShard(environment: ["JOB_COMPLETION_INDEX": "3"], count: 8) == SweepShard(index: 3, count: 8))
        #expect(try SweepShard(environment: ["HQ_TASK_ID": "0"], count: 2) == SweepShard(index: 0, count: 2))
        #expect(throws: SweepShardProblem.self) { try SweepShard(environment: ["HQ_TASK_ID": "0"], count: nil) }
        #expect(throws: SweepShardProblem.self) { try SweepShard(environment: ["HQ_TASK_ID": "2"], count: 2) }
        #expect(throws: SweepShardProblem.self) { try SweepShard(environment: ["HQ_TASK_ID": "x"], count: 2) }
        #expect(throws: SweepShardProblem.self) { try SweepShard(environment: [:], count: 2) }
    }
}
