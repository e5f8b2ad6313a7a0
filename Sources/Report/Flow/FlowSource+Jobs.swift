import EventEngine
import Hardware
import JSONText
import Scheduling

/// Batch jobs: each is a call of the scheduler, with a call for every wait, named after its reason, and for every run.
struct JobsFlow: FlowSource {
    private let engine: SchedulingEngine
    private let layout: ClusterLayout
    private let jobs: [Int]

    /// - Parameter engine: after its run.
    init(_ engine: SchedulingEngine, _ layout: ClusterLayout) {
        self.engine = engine
        self.layout = layout
        jobs = (0..<engine.configuration.list.count).filter { engine.record($0).phase != .future }
    }

    /// The service of a job while it runs.
    static func job(_ name: String, of workload: String) -> FlowMethod {
        FlowMethod(service: "\(workload).job", instance: name, name: "run")
    }

    var count: Int { jobs.count }

    func start(of unit: Int) -> Nanoseconds { engine.configuration.list.jobs[jobs[unit]].submit }

    func events(of unit: Int) -> [FlowEvent] {
        let index = jobs[unit], workload = engine.configuration.name
        let record = engine.record(index), name = engine.configuration.list.names[index]
        let scheduler = FlowMethod(service: "\(workload).scheduler", instance: "scheduler", name: "submit_job")
        // Two jobs of a trace may have one name.
        let whole = FlowSpan(
            id: "\(workload)/\(index)/\(name)", parent: FlowSpan.main, caller: .main, callee: scheduler)
        var result = FlowUnit()
        result.begin(whole, at: record.submit)
        for (number, wait) in engine.waits(index).enumerated() {
            let span = FlowSpan(
                id: "\(whole.id)/wait/\(number)", parent: whole.id, caller: scheduler,
                callee: scheduler.method("wait_\(wait.reason.name)"))
            result.begin(span, at: wait.start)
            result.add(.context(span.callee, context(wait, name)), at: wait.start)
            result.end(span, since: wait.start, at: wait.end)
        }
        for (number, run) in engine.runs(of: index).enumerated() {
            let span = FlowSpan(
                id: "\(whole.id)/run/\(number)", parent: whole.id, caller: scheduler,
                callee: Self.job(name, of: workload))
            result.begin(span, at: run.start)
            result.add(.context(span.callee, context(run, name)), at: run.end)
            if run.ending != .cut { result.end(span, since: run.start, at: run.end) }
        }
        if record.phase == .rejected {
            result.add(.context(scheduler, ["job": .string(name), "status": "impossible"]), at: record.submit)
            result.end(whole, since: record.submit, at: record.submit)
        } else if let end = record.end {
            result.end(whole, since: record.submit, at: end)
        }
        return result.events
    }

    private func context(_ wait: WaitSegment, _ name: String) -> JSONObject {
        var context: JSONObject = [
            "job": .string(name), "reason": .string(wait.reason.name), "start_s": .real(seconds(wait.start)),
            "end_s": .real(seconds(wait.end)),
        ]
        if let blocker = wait.blocker { context["blocked_by"] = .string(engine.configuration.list.names[blocker]) }
        return context
    }

    private func context(_ run: RunSegment, _ name: String) -> JSONObject {
        let nodes = engine.shares(of: run).map { "\(layout.name(of: NodeID(Int($0.node))))x\($0.devices)" }
        return [
            "job": .string(name), "nodes": .string(nodes.joined(separator: " ")),
            "ending": .string(run.ending.name), "restart_s": .real(seconds(run.overhead)),
            "lost_work_s": .real(seconds(run.lost)),
        ]
    }
}
