import EventEngine
import Hardware
import Scheduling

/// A second in nanoseconds.
let second: Int64 = 1_000_000_000

/// A cluster of `nodes` servers with so many devices each.
func genericMachine(nodes: Int, devices: Int, fabric: Fabric = .singleSwitch) throws -> Machine {
    var overrides = NodeTypeOverrides()
    overrides.devicesPerNode = devices
    let node = try NodeType.named("generic").resolved(overrides)
    return try Machine(
        ClusterSpecification(nodeGroups: [NodeGroup(name: "pool", node: node, count: nodes)], fabric: fabric))
}

/// A job of (submit, devices, duration) in seconds.
func job(_ submit: Int64, _ devices: Int32, _ duration: Int64, tenant: Int32 = 0, priority: Int32 = 0) -> Job {
    var job = Job(submit: submit * second, devices: devices, duration: duration * second)
    job.tenant = tenant
    job.priority = priority
    return job
}

/// Jobs called J1, J2, …
func list(_ jobs: [Job]) -> JobList {
    JobList(jobs: jobs, names: jobs.indices.map { "J\($0 + 1)" })
}

/// A run of the scheduler to its end, with every event looked at by `check`.
func run(
    _ configuration: SchedulingConfiguration, on start: Machine,
    check: (SchedulingEngine, Machine, Event) -> Void = { _, _, _ in }
) -> SchedulingEngine {
    var machine = start
    var queue = EventQueue()
    var engine = SchedulingEngine(configuration: configuration, component: 0, cluster: machine.cluster)
    engine.start(&queue, &machine)
    while let event = queue.pop() {
        engine.handle(event, &queue, &machine)
        check(engine, machine, event)
    }
    return engine
}

extension SchedulingEngine {
    /// The runs of each job as `start-end,start-end` in whole seconds, by index of the job. Runs that follow each other
    /// without a gap are one.
    var spans: [String] {
        var spans: [[(Int64, Int64)]] = Array(repeating: [], count: configuration.list.count)
        for segment in segments where segment.end > segment.start {
            let index = Int(segment.job)
            if let last = spans[index].last, last.1 == segment.start {
                spans[index][spans[index].count - 1].1 = segment.end
            } else {
                spans[index].append((segment.start, segment.end))
            }
        }
        return spans.map { $0.map { "\($0.0 / second)-\($0.1 / second)" }.joined(separator: ",") }
    }
}
