import EventEngine
import Hardware
import JSONText
import Scheduling

/// Jobs that divide the cluster, as ``JobsFlow`` shows those of a queue.
struct DividedJobsFlow: FlowSource {
    private let engine: DividingEngine
    private let records: [DividedJobRecord]
    private let name: String
    private let layout: ClusterLayout

    /// - Parameters:
    ///   - engine: after its run.
    ///   - name: the workload's.
    init(_ engine: DividingEngine, name: String, _ layout: ClusterLayout) {
        self.engine = engine
        self.name = name
        self.layout = layout
        records = engine.records
    }

    var count: Int { records.count }

    func start(of unit: Int) -> Nanoseconds { records[unit].submitted }

    func events(of unit: Int) -> [FlowEvent] {
        let record = records[unit]
        let scheduler = FlowMethod(service: "\(name).scheduler", instance: "scheduler", name: "submit_job")
        let whole = FlowSpan(
            id: "\(name)/\(unit)/\(record.name)", parent: FlowSpan.main, caller: .main, callee: scheduler)
        var result = FlowUnit()
        result.begin(whole, at: record.submitted)
        for (number, wait) in engine.waits(of: unit).enumerated() {
            let span = FlowSpan(
                id: "\(whole.id)/wait/\(number)", parent: whole.id, caller: scheduler,
                callee: scheduler.method("wait_\(wait.reason.rawValue)"))
            result.begin(span, at: wait.start)
            result.add(.context(span.callee, context(wait, record.name)), at: wait.start)
            result.end(span, since: wait.start, at: wait.end)
        }
        let runs = engine.runs(of: unit)
        for (number, run) in runs.enumerated() {
            let span = FlowSpan(
                id: "\(whole.id)/run/\(number)", parent: whole.id, caller: scheduler,
                callee: JobsFlow.job(record.name, of: name))
            result.begin(span, at: run.start)
            result.add(.context(span.callee, context(run, record.name)), at: run.end)
            if record.end != nil || number + 1 < runs.count { result.end(span, since: run.start, at: run.end) }
        }
        if record.isRejected {
            result.add(
                .context(scheduler, ["job": .string(record.name), "status": "turned-away"]), at: record.submitted)
            result.end(whole, since: record.submitted, at: record.submitted)
        } else if let end = record.end {
            result.end(whole, since: record.submitted, at: end)
        }
        return result.events
    }

    private func context(_ wait: DividedWait, _ job: String) -> JSONObject {
        var context: JSONObject = [
            "job": .string(job), "reason": .string(wait.reason.rawValue), "start_s": .real(seconds(wait.start)),
            "end_s": .real(seconds(wait.end)),
        ]
        if let blocker = wait.blocker { context["blocked_by"] = .string(records[blocker].name) }
        return context
    }

    private func context(_ run: DividedRun, _ job: String) -> JSONObject {
        var context: JSONObject = ["job": .string(job), "devices": .real(run.deviceCount)]
        if !run.devices.isEmpty { context["nodes"] = .string(layout.shares(of: run.devices)) }
        return context
    }
}

extension ClusterLayout {
    /// `a2/0x8 a2/1x4`: devices by node.
    func shares(of devices: [DeviceID]) -> String {
        var counts: [(node: NodeID, count: Int)] = []
        for device in devices {
            let node = node(of: device)
            if let known = counts.firstIndex(where: { $0.node == node }) {
                counts[known].count += 1
            } else {
                counts.append((node, 1))
            }
        }
        return counts.map { "\(name(of: $0.node))x\($0.count)" }.joined(separator: " ")
    }
}
