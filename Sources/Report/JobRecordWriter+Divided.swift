import JSONText
import Scheduling

extension JobRecordWriter {
    /// A line for every job of the workloads that divide the cluster, under the same keys; what such a workload does not
    /// know, such as why a job waited, is absent.
    static func eachDividedJob(_ run: VariantRun, _ body: (JSONObject) -> Void) {
        for workload in run.scenario.workloads where workload.kind == .dividedJobs {
            for record in run.world.dividing[workload.index].records {
                body(json(record, workload.name, run.name))
            }
        }
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
