import JSONText
import Scheduling

extension JobRecordWriter {
    /// A line for every job of the workloads that divide the cluster, under the same keys; what such a workload does
    /// not know is absent.
    static func eachDividedJob(_ run: VariantRun, _ body: (JSONObject, DividedJobs, Int) -> Void) {
        for workload in run.scenario.workloads where workload.kind == .dividedJobs {
            let engine = run.world.dividing[workload.index]
            let jobs = DividedJobs(engine: engine, records: engine.records)
            for (index, record) in jobs.records.enumerated() {
                body(json(record, workload.name, run.name), jobs, index)
            }
        }
    }

    /// An engine with its records, worked out once.
    struct DividedJobs {
        let engine: DividingEngine
        let records: [DividedJobRecord]

        func runs(of index: Int) -> [DividedRun] { engine.runs(of: index) }
        func waits(of index: Int) -> [DividedWait] { engine.waits(of: index) }
    }

    static func json(_ divided: DividedRun, _ run: VariantRun) -> JSONValue {
        var object: JSONObject = [
            "start_s": .real(seconds(divided.start)), "end_s": .real(seconds(divided.end)),
            "devices": .real(divided.deviceCount),
        ]
        if !divided.devices.isEmpty {
            object["nodes"] = .string(run.world.machine.cluster.layout.shares(of: divided.devices))
        }
        return .object(object)
    }

    static func json(_ wait: DividedWait, _ records: [DividedJobRecord]) -> JSONValue {
        var object: JSONObject = [
            "start_s": .real(seconds(wait.start)), "end_s": .real(seconds(wait.end)),
            "reason": .string(wait.reason.rawValue),
        ]
        if let blocker = wait.blocker { object["job"] = .string(records[blocker].name) }
        return .object(object)
    }

    private static func json(_ record: DividedJobRecord, _ workload: String, _ variant: String) -> JSONObject {
        var line: JSONObject = [
            "variant": .string(variant), "workload": .string(workload), "job": .string(record.name),
            "status": .string(record.isRejected ? "turned-away" : record.end == nil ? "unfinished" : "completed"),
            "devices": .real(record.devices), "submit_s": .real(seconds(record.submitted)),
        ]
        if let start = record.start { line["first_start_s"] = .real(seconds(start)) }
        if let end = record.end {
            line["end_s"] = .real(seconds(end))
            line["jct_s"] = .real(seconds(end - record.submitted))
            line["queueing_s"] = .real(seconds(end - record.submitted - record.attained))
            if let alone = record.exclusiveSeconds, alone > 0 {
                line["stretch"] = .real(seconds(end - record.submitted) / alone)
            }
        }
        if let alone = record.exclusiveSeconds { line["duration_s"] = .real(alone) }
        line["device_s"] = .real(record.deviceSeconds)
        line["preemptions"] = .init(record.preemptions)
        line["restart_s"] = .real(seconds(record.restart))
        return line
    }
}
