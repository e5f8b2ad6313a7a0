import EventEngine
import Foundation
import JSONText
import Scenario
import Testing

@testable import Report

/// The events of runs of every kind of workload, read back from their file.
@Suite struct FlowLawTests {
    /// A run with its events as they stand in the file.
    private struct Recorded {
        var run: VariantRun
        var lines: [JSONValue] = []
        var recording: FlowRecording

        init(_ document: ScenarioDocument, variant: String, interval: String? = nil) throws {
            let scenario = try document.checked(variant: variant)
            let path = NSTemporaryDirectory() + "flow-\(UUID().uuidString).jsonl"
            defer { unlink(path) }
            recording = try FlowRecording(
                of: scenario, name: "a b.\(variant)", try FlowSettings(path: path, interval: interval))
            run = VariantRun(name: variant, scenario: scenario, world: recording.world)
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            lines = try text.split(separator: "\n").map { try JSONDocument(text: String($0)).value }
        }

        func records(_ type: String) -> [(time: Int64, record: JSONValue)] {
            lines.filter { $0["record_type"]?.stringValue == type }
                .map { (Int64($0["time_ns"]?.numberValue ?? -1), $0["record"] ?? .null) }
        }
    }

    private struct Span {
        var parent: String
        var begin: Int64
        var end: Int64?
        var callee: [String]
    }

    private func words(_ record: JSONValue, _ keys: String...) -> [String] {
        keys.map { record[$0]?.stringValue ?? "" }
    }

    /// Time never goes back, calls begin and end inside their callers, what is got was put before, bytes are those of
    /// the result, and the result is that of a run without a flow.
    @Test(arguments: SampleRuns.patches.indices) func lawsHold(_ index: Int) throws {
        let document = try SampleRuns.document(SampleRuns.patches[index].patch)
        for variant in document.variantNames {
            let recorded = try Recorded(document, variant: variant)
            #expect(recorded.lines.count == recorded.recording.events)
            let times = recorded.lines.map { $0["time_ns"]?.numberValue ?? -1 }
            #expect(times == times.sorted())
            let spans = checkedCalls(recorded)
            checkObjects(recorded)
            let arrived = recorded.run.outcomes.reduce(0) { $0 + $1.arrived }
                + recorded.run.scheduling.reduce(0) { $0 + $1.arrived }
                + recorded.run.dividing.reduce(0) { $0 + $1.arrived }
                + recorded.run.learning.reduce(0) { $0 + $1.steps }
                + recorded.run.training.reduce(0) { $0 + $1.steps }
            #expect(spans.values.count { $0.parent == "_main" } == arrived)
            var plain = try document.checked(variant: variant).world()
            plain.run()
            let other = VariantRun(name: variant, scenario: recorded.run.scenario, world: plain)
            #expect(other.json == recorded.run.json)
        }
    }

    private func checkedCalls(_ recorded: Recorded) -> [String: Span] {
        var spans: [String: Span] = [:], open = 0
        #expect(recorded.records("call_submit").count == recorded.records("call_begin").count)
        for (time, record) in recorded.records("call_begin") {
            let id = record["span_id"]?.stringValue ?? "", parent = record["parent_span_id"]?.stringValue ?? ""
            let source = words(record, "source_service", "source_instance_id", "source_method")
            #expect(spans[id] == nil, "\(id) is there twice")
            if parent == "_main" {
                #expect(source == ["", "", "_main"])
            } else {
                #expect(spans[parent]?.callee == source && spans[parent]?.begin ?? .max <= time, "\(id)")
            }
            spans[id] = Span(
                parent: parent, begin: time,
                callee: words(record, "target_service", "target_instance_id", "target_method"))
            open += 1
        }
        for (time, record) in recorded.records("call_end") {
            let id = record["span_id"]?.stringValue ?? ""
            #expect(spans[id]?.end == nil && spans[id]?.begin ?? .max <= time)
            #expect(spans[id]?.callee == words(record, "target_service", "target_instance_id", "target_method"))
            #expect(record["duration"]?.numberValue == seconds(time - (spans[id]?.begin ?? 0)))
            spans[id]?.end = time
        }
        for (id, span) in spans {
            guard let parent = spans[span.parent], let end = parent.end else { continue }
            #expect(span.end ?? .max <= end, "\(id) ends after its caller")
        }
        return spans
    }

    private func checkObjects(_ recorded: Recorded) {
        var put: [String: Int64] = [:], bytes: Int64 = 0
        for (time, record) in recorded.records("object_put") {
            put[record["object_id"]?.stringValue ?? ""] = time
            bytes += Int64(record["object_size"]?.numberValue ?? 0)
        }
        for (time, record) in recorded.records("object_get") {
            #expect(put[record["object_id"]?.stringValue ?? ""] ?? .max <= time)
        }
        let moved = recorded.run.world.serving.flatMap(\.records).reduce(0) { $0 + $1.transferBytes }
            + recorded.run.world.learning.flatMap(\.stepRecords).reduce(0) { $0 + $1.weightBytes }
        #expect(bytes == moved)
    }

    /// Stages of a request that met no failure take its whole time.
    @Test func stagesSumToTheRequest() throws {
        let recorded = try Recorded(try SampleRuns.document(), variant: "base")
        var stages: [String: Double] = [:], whole: [String: Double] = [:]
        for (_, record) in recorded.records("call_end") {
            let id = record["span_id"]?.stringValue ?? "", time = record["duration"]?.numberValue ?? 0
            let parts = id.split(separator: "/")
            if parts.count == 2 { whole[id] = time } else { stages["\(parts[0])/\(parts[1])", default: 0] += time }
        }
        #expect(whole.count == 30)
        for (id, time) in whole { #expect(abs(time - (stages[id] ?? 0)) < 1e-9) }
    }

    /// Samples stand at the stated distance, and device use adds up to the busy time of the pools.
    @Test func samplesTellWhatDevicesDid() throws {
        let recorded = try Recorded(try SampleRuns.document(), variant: "base", interval: "50 ms")
        let samples = recorded.records("node_physical_stats_add")
        let end = recorded.run.world.now
        #expect(
            samples.map(\.time)
                == Array(stride(from: 0, through: end, by: 50_000_000)) + (end % 50_000_000 == 0 ? [] : [end]))
        var used = 0.0
        for (_, record) in samples {
            for node in record["stats"]?["stats"]?.arrayValue ?? [] {
                for device in node["devices"]?["gpu"]?.arrayValue ?? [] {
                    used += (device["utilization"]?.numberValue ?? -1) / 100 * 0.05
                }
            }
        }
        let busy = recorded.run.outcomes[0].pools.reduce(0.0) {
            $0 + seconds($1.busyNanoseconds) * Double($1.devices / $1.replicas)
        }
        #expect(abs(used - busy) < 1e-6 * busy)
    }

    @Test func namesOfFlowsAreNamesOfFiles() {
        #expect(FlowRecording.flowName("PD / A2 + H20: x.base") == "PD-A2-H20-x.base")
        #expect(FlowRecording.flowName("") == "run" && FlowRecording.flowName("ü_1") == "-_1")
    }

    @Test func intervalsAreBounded() throws {
        let settings = try FlowSettings(path: "-")
        let second: Int64 = 1_000_000_000
        #expect(settings.interval(of: 3600 * second, devices: 32) == 10 * second)
        #expect(settings.interval(of: 86_400 * second, devices: 32) == 90 * second)
        #expect(settings.interval(of: 3600 * second, devices: 100_000) == 360 * second)
        #expect(settings.interval(of: 0, devices: 0) == 10 * second)
        #expect(try FlowSettings(path: "-", interval: "1 min").interval(of: 1, devices: 1) == 60 * second)
        for wrong in ["5", "1 us", "soon", "-1 s"] {
            #expect(throws: FlowSettingProblem.self) { try FlowSettings(path: "-", interval: wrong) }
        }
    }
}
