import EventEngine
import Hardware

/// What a serving workload records for people to look at. Nothing here changes what is simulated, and nothing
/// is called when no timeline is recorded.
extension ServingEngine {
    /// Names the rows of an engine inside another workload, whose own rows stand beside them. Requests get rows as
    /// they are submitted; indices that are used again keep their places.
    public mutating func startEmbeddedTimeline(at now: Nanoseconds, _ machine: inout Machine) {
        guard machine.timeline.records(.job) else { return }
        startTimeline(at: now, named: configuration.name + " rollout", &machine)
    }

    /// A request was submitted.
    mutating func recordSubmission(_ request: Int32, at now: Nanoseconds, _ machine: inout Machine) {
        while timeline.places.count <= Int(request) { timeline.places.append(ServingTimeline.Place()) }
        recordArrival(request, number: nextArrival, at: now, &machine)
    }

    /// What a plan has done until it is given up.
    mutating func recordInterruption(_ replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        guard machine.timeline.records(.request), isShown, replicas[replica].isBusy else { return }
        recordSteps(replica, ended: replicas[replica].plannedSteps(before: now + 1), at: now, &machine)
    }

    /// Names the rows of the workload.
    mutating func startTimeline(at now: Nanoseconds, named name: String? = nil, _ machine: inout Machine) {
        let names = zip(replicaNames, replicas).map { name, replica in
            let devices = replica.devices.map(machine.cluster.layout.name(of:))
            let more = devices.count > 1 ? " to \(devices[devices.count - 1])" : ""
            return "\(name) on \(devices.first ?? "")\(more)"
        }
        timeline = ServingTimeline(
            name: name ?? configuration.name, replicas: names, requests: requests.count, &machine.timeline)
        machine.timeline.begin(timeline.workload, timeline.names.run, at: now)
    }

    /// Whether the engine has rows.
    var isShown: Bool { !timeline.rows.isEmpty }

    /// Shows what is still open at the end of a run; called before the books are closed.
    public mutating func finishTimeline(at now: Nanoseconds, _ machine: inout Machine) {
        guard machine.timeline.records(.job), isShown else { return }
        if machine.timeline.records(.request) {
            for replica in replicas.indices where replicas[replica].isBusy {
                recordSteps(replica, ended: replicas[replica].plannedSteps(before: now + 1), at: now, &machine)
            }
            timeline.showAll(&machine.timeline)
        }
        machine.timeline.end(timeline.workload, at: now)
    }

    /// A request has come.
    mutating func recordArrival(
        _ request: Int32, number: Int? = nil, at now: Nanoseconds, _ machine: inout Machine
    ) {
        let state = requests[Int(request)]
        timeline.arrival(
            request, number: number ?? Int(request), inputTokens: state.inputTokens, outputTokens: state.outputTokens,
            isRejected: state.stage == .rejected, at: now, &machine.timeline)
    }

    /// Queue and KV memory of a replica.
    mutating func recordCounters(_ replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        let rows = timeline.rows[replica]
        machine.timeline.count(rows.queued, Double(replicas[replica].waiting.count), at: now)
        machine.timeline.count(rows.running, Double(replicas[replica].running), at: now)
        guard machine.timeline.records(.step, from: now, to: now) else { return }
        machine.timeline.count(rows.blocksUsed, Double(replicas[replica].cache.usedBlocks), at: now)
        machine.timeline.count(rows.blocksCached, Double(replicas[replica].cache.evictableBlocks), at: now)
    }

    /// A device of a replica has failed: what was under way ends, and the replica is down until its repair.
    mutating func recordFailure(_ replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        guard machine.timeline.records(.job), isShown else { return }
        recordInterruption(replica, at: now, &machine)
        machine.timeline.begin(timeline.rows[replica].steps, timeline.names.down, at: now)
    }

    /// All devices of a replica work again.
    mutating func recordRepair(_ replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        guard machine.timeline.records(.job), isShown else { return }
        machine.timeline.end(timeline.rows[replica].steps, at: now)
    }
}
