import EventEngine
import Hardware
import Scenario
import Scheduling

/// An instance of a service with the devices that it has: what Ray would call an actor.
struct FlowService {
    var method: FlowMethod
    /// Stands for a process number.
    var number: Int
    var node: NodeID
    /// What it asks for, and which devices they are, where that is known.
    var deviceCount: Double
    var devices: [DeviceID]
    /// Those with one name were placed together.
    var placement: String
    /// While it has its devices.
    var start: Nanoseconds = 0
    var end: Nanoseconds?
    /// What it is after that.
    var stateAfter = "terminated"

    /// All instances of a world that has run, in the order of its workloads; a workload that a job starts is told of by
    /// the job.
    static func all(_ scenario: CheckedScenario, _ world: World) -> [FlowService] {
        let layout = world.machine.cluster.layout
        var list: [FlowService] = []
        func add(
            _ service: String, _ instance: String, _ devices: [DeviceID], _ placement: String,
            during run: (start: Nanoseconds, end: Nanoseconds?) = (0, nil), count: Double? = nil
        ) {
            guard let first = devices.first else { return }
            list.append(
                FlowService(
                    method: FlowMethod(service: service, instance: instance, name: "step"), number: list.count + 1,
                    node: layout.node(of: first), deviceCount: count ?? Double(devices.count), devices: devices,
                    placement: placement, start: run.start, end: run.end))
        }
        func addByNode(_ service: String, _ prefix: String, _ devices: [DeviceID], _ placement: String) {
            for node in Set(devices.map { layout.node(of: $0) }).sorted() {
                add(service, prefix + layout.name(of: node), devices.filter { layout.node(of: $0) == node }, placement)
            }
        }
        for (index, engine) in world.serving.enumerated() where !scenario.isSubmitted(.serving, index) {
            let methods = ServingFlow.methods(of: engine), pools = engine.configuration.pools
            for (method, devices) in zip(methods, pools.flatMap(\.replicas)) {
                let service = method.service ?? ""
                add(service, method.instance ?? "", devices, service)
            }
        }
        for (index, engine) in world.learning.enumerated() where !scenario.isSubmitted(.rl, index) {
            let name = engine.configuration.name, placement = engine.configuration.placement
            addByNode("\(name).trainer", "trainer/", placement.trainDevices, "\(name).trainer")
            for (replica, devices) in placement.replicas.enumerated() {
                add("\(name).rollout", "rollout/\(replica)", devices, "\(name).rollout")
            }
        }
        for (index, (engine, plan)) in zip(world.training, scenario.training).enumerated()
        where !scenario.isSubmitted(.training, index) {
            let name = engine.configuration.name
            addByNode("\(name).trainer", "", plan.devices, "\(name).trainer")
        }
        for engine in world.scheduling { list += jobs(of: engine, from: list.count) }
        for workload in scenario.workloads where workload.kind == .dividedJobs {
            let engine = world.dividing[workload.index]
            for (index, record) in engine.records.enumerated() {
                for run in engine.runs(of: index) {
                    add(
                        "\(workload.name).job", record.name, run.devices, "\(workload.name)/\(index)/\(record.name)",
                        during: (run.start, run.end), count: run.deviceCount)
                }
            }
        }
        return list
    }

    /// A run of a job each; which of a node's devices it had is not known.
    private static func jobs(of engine: SchedulingEngine, from first: Int) -> [FlowService] {
        let workload = engine.configuration.name
        return engine.segments.enumerated().compactMap { place, run in
            guard let share = engine.shares(of: run).first else { return nil }
            let name = engine.configuration.list.names[Int(run.job)]
            var service = FlowService(
                method: JobsFlow.job(name, of: workload), number: first + place + 1, node: NodeID(Int(share.node)),
                deviceCount: engine.shares(of: run).reduce(0) { $0 + Double($1.devices) }, devices: [],
                placement: "\(workload)/\(run.job)/\(name)", start: run.start)
            if run.ending != .cut { service.end = run.end }
            if run.ending != .completed { service.stateAfter = "waiting" }
            return service
        }
    }
}
