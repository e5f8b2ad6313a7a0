import EventEngine
import Hardware
import JSONText
import Scenario
import Scheduling

/// Writes what became of each job: a line of JSON per job, with its runs and why it waited, or a table.
public enum JobRecordWriter {
    /// The columns of the table: the keys of the lines but for their lists.
    public static let columns = [
        "variant", "workload", "job", "tenant", "status", "devices", "submit_s", "first_start_s", "end_s", "duration_s",
        "jct_s", "queueing_s", "stretch", "device_s", "preemptions", "failures", "restart_s", "promised_start_s",
        "finish_time_fairness", "nodes",
    ]

    /// A line for every job that was submitted, in order of submission; times in seconds, absent where they did not
    /// happen. `runs` are the times on devices, `waits` why it had none.
    public static func write(_ run: VariantRun, to stream: inout JSONStream) {
        eachJob(run) { record, engine, index in
            var line = record
            line["runs"] = .array(engine.runs(of: index).map { json($0, engine, run) })
            line["waits"] = .array(engine.waits(index).map { json($0, engine) })
            stream.value(.object(line))
        }
        eachDividedJob(run) { record, engine, index in
            var line = record
            line["runs"] = .array(engine.runs(of: index).map { json($0, run) })
            line["waits"] = .array(engine.waits(of: index).map { json($0, engine.records) })
            stream.value(.object(line))
        }
    }

    /// A header and a line per job, as comma-separated values.
    public static func writeTable(_ runs: [VariantRun], to file: FileSink) throws(FileProblem) {
        var text = columns.joined(separator: ",") + "\n"
        for run in runs {
            eachJob(run) { record, _, _ in
                text += columns.map { cell(record[$0] ?? .null) }.joined(separator: ",") + "\n"
            }
            eachDividedJob(run) { record, _, _ in
                text += columns.map { cell(record[$0] ?? .null) }.joined(separator: ",") + "\n"
            }
        }
        try file.write(Array(text.utf8))
    }

    private static func eachJob(_ run: VariantRun, _ body: (JSONObject, SchedulingEngine, Int) -> Void) {
        for engine in run.world.scheduling {
            for index in 0..<engine.configuration.list.count where engine.record(index).phase != .future {
                body(record(index, engine, run), engine, index)
            }
        }
    }

    private static func record(_ index: Int, _ engine: SchedulingEngine, _ run: VariantRun) -> JSONObject {
        let record = engine.record(index), job = engine.configuration.list.jobs[index]
        var line: JSONObject = [
            "variant": .string(run.name), "workload": .string(engine.configuration.name),
            "job": .string(engine.configuration.list.names[index]),
            "tenant": .string(engine.configuration.tenants[Int(job.tenant)].name),
            "status": .string(status(record.phase)), "devices": .init(Int(job.devices)),
            "submit_s": .real(seconds(record.submit)),
        ]
        if let start = record.firstStart { line["first_start_s"] = .real(seconds(start)) }
        if let end = record.end { line["end_s"] = .real(seconds(end)) }
        if job.duration >= 0 { line["duration_s"] = .real(seconds(job.duration)) }
        if let time = record.completionTime { line["jct_s"] = .real(seconds(time)) }
        line["queueing_s"] = .real(seconds(record.waiting))
        if let time = record.completionTime, job.duration > 0 {
            line["stretch"] = .real(Double(time) / Double(job.duration))
        }
        line["device_s"] = .real(seconds(record.attained) * Double(job.devices))
        line["preemptions"] = .init(record.preemptions)
        line["failures"] = .init(record.failures)
        line["restart_s"] = .real(seconds(record.restart))
        if let promise = record.promise { line["promised_start_s"] = .real(seconds(promise)) }
        if let fairness = engine.fairness(of: index) { line["finish_time_fairness"] = .real(fairness) }
        if let last = engine.runs(of: index).last { line["nodes"] = .string(nodes(last, engine, run)) }
        return line
    }

    private static func json(_ segment: RunSegment, _ engine: SchedulingEngine, _ run: VariantRun) -> JSONValue {
        [
            "start_s": .real(seconds(segment.start)), "end_s": .real(seconds(segment.end)),
            "restart_s": .real(seconds(segment.overhead)), "ending": .string(segment.ending.name),
            "lost_work_s": .real(seconds(segment.lost)), "opportunistic": .bool(segment.isBorrowed),
            "nodes": .string(nodes(segment, engine, run)),
        ]
    }

    private static func json(_ wait: WaitSegment, _ engine: SchedulingEngine) -> JSONValue {
        var object: JSONObject = [
            "start_s": .real(seconds(wait.start)), "end_s": .real(seconds(wait.end)),
            "reason": .string(wait.reason.name),
        ]
        if let blocker = wait.blocker { object["job"] = .string(engine.configuration.list.names[blocker]) }
        return .object(object)
    }

    /// `a2/0x8 a2/1x4`: devices by node.
    private static func nodes(_ segment: RunSegment, _ engine: SchedulingEngine, _ run: VariantRun) -> String {
        engine.shares(of: segment).map {
            "\(run.world.machine.cluster.layout.name(of: NodeID(Int($0.node))))x\($0.devices)"
        }.joined(separator: " ")
    }

    private static func status(_ phase: JobPhase) -> String {
        switch phase {
        case .completed: "completed"
        case .rejected: "impossible"
        case .future, .waiting, .running: "unfinished"
        }
    }

    private static func cell(_ value: JSONValue) -> String {
        guard let text = value.stringValue else {
            return value.isNull ? "" : String(decoding: JSONWriter.compact.bytes(of: value), as: UTF8.self)
        }
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}
