import Foundation
import JSONText
import Scenario
import Serving
import Testing

@testable import Report

@Suite struct RequestRecordWriterTests {
    /// The records of a run, one value a line, as a reader of the file gets them.
    private func lines(_ run: VariantRun) throws -> [JSONValue] {
        var bytes: [UInt8] = []
        try withUnsafeMutablePointer(to: &bytes) { target in
            var stream = JSONStream { (piece) throws(FileProblem) in target.pointee.append(contentsOf: piece) }
            RequestRecordWriter.write(run, to: &stream)
            try stream.finish()
        }
        return try String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            try JSONDocument(text: String($0)).value
        }
    }

    @Test func everyRequestHasALine() throws {
        for run in try SampleRuns.runs() {
            let lines = try lines(run)
            #expect(lines.map { $0["request"] } == (0..<30).map { JSONValue($0) })
            #expect(lines.allSatisfy { $0["variant"] == .string(run.name) && $0["workload"] == "chat" })
            #expect(lines.allSatisfy { $0["status"] == "completed" })
            let arrivals = lines.compactMap { $0["arrival_s"]?.numberValue }
            #expect(arrivals == arrivals.sorted() && arrivals.count == 30)
        }
    }

    /// The same records as CSV: one row of names, and a cell for every value of the JSON Lines.
    @Test func aSpreadsheetGetsTheSameRecords() throws {
        let runs = try SampleRuns.runs(["name": "n", "workloads": ["chat": ["max_context": 300]]])
        let path = NSTemporaryDirectory() + UUID().uuidString + ".csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sink = try FileSink(path)
        try RequestRecordWriter.writeCSV(runs, to: sink)
        try sink.commit()
        let rows = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\r\n").dropLast().map {
            $0.components(separatedBy: ",")
        }
        let expected = try runs.flatMap { try lines($0) }
        #expect(rows.count == 1 + expected.count && Set(rows.map(\.count)).count == 1)
        for (row, line) in zip(rows.dropFirst(), expected) {
            for (name, cell) in zip(rows[0], row) {
                let text = line[name].map { $0.stringValue ?? "\(JSONWriter.compact.text(of: $0))" } ?? ""
                #expect(cell == text, "\(name)")
            }
        }
        #expect(expected.contains { $0["status"] == "rejected" })
    }

    /// The stages of a request that is computed once add up to what it took.
    @Test func stagesAddUp() throws {
        for line in try lines(try SampleRuns.runs()[0]) {
            func value(_ key: String) -> Double { line[key]?.numberValue ?? 0 }
            let stages = value("queueing_s") + value("prefill_s") + value("decode_queueing_s") + value("kv_transfer_s")
            #expect(stages <= value("ttft_s") + 1e-9)
            #expect(value("ttft_s") <= value("e2e_s"))
            let tokens = value("output_tokens")
            #expect((line["tpot_s"] == nil) == (tokens <= 1))
            #expect(abs(value("ttft_s") + value("tpot_s") * (tokens - 1) - value("e2e_s")) < 1e-6)
            #expect(line["prefill_replica"]?.stringValue?.hasPrefix("prompts/") ?? false)
            #expect(line["decode_replica"]?.stringValue?.hasPrefix("answers/") ?? false)
        }
    }

    @Test func aRejectedRequestSaysWhy() throws {
        let run = try SampleRuns.runs(["workloads": ["chat": ["max_context": 300]]])[0]
        let rejected = try lines(run).filter { $0["status"] == "rejected" }
        #expect(rejected.count == run.outcomes[0].rejectedCount)
        #expect(rejected.allSatisfy { $0["rejection"] == "context" && $0["ttft_s"] == nil })
    }

    /// What had not arrived when the run was cut has no line, so that lines are counted as the headline counts.
    @Test(arguments: ["1 us", "300 ms", "700 ms"])
    func linesCountAsTheHeadlineDoes(_ until: String) throws {
        for run in try SampleRuns.runs(["until": .string(until)]) {
            let lines = try lines(run)
            let outcome = run.outcomes[0]
            #expect(lines.count == outcome.arrived)
            #expect(lines.count { $0["status"] == "completed" } == outcome.completed)
            #expect(lines.count { $0["status"] == "unfinished" } == outcome.unfinished)
        }
    }
}
