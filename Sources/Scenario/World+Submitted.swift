import EventEngine
import Hardware
import ReinforcementLearning
import Scheduling
import Training

/// Workloads that jobs start: on the devices that their scheduler has leased, in rank order, so that what lies between
/// those devices is what their transfers cross.
extension World {
    /// Whether a workload has had its devices since time zero.
    func isPlaced(_ kind: WorkloadKind, _ index: Int) -> Bool { !submitted.contains { $0.isOf(kind, index) } }

    /// Whether a workload runs on devices now.
    func isOnDevices(_ kind: WorkloadKind, _ index: Int) -> Bool {
        submitted.first { $0.isOf(kind, index) }.map { $0.stage == .running } ?? true
    }

    /// Does what a scheduler has decided in its pass, in order.
    mutating func carryOutOrders(of scheduler: Int) {
        let orders = scheduling[scheduler].orders
        scheduling[scheduler].orders.removeAll()
        for order in orders {
            switch order {
            case .run(let launch):
                guard let place = place(scheduler, launch.job) else { continue }
                submitted[place].devices = launch.devices
                submitted[place].generation += 1
                submitted[place].stage = .paying
                guard launch.delay > 0 else {
                    run(place)
                    continue
                }
                queue.schedule(Event(
                    time: queue.now + launch.delay, component: Self.deviceComponent, kind: Self.restartPaid,
                    phase: .timer, a: Int64(place), b: submitted[place].generation))
            case .leave(let job):
                if let place = place(scheduler, job) { leave(place) }
            }
        }
    }

    /// A workload has paid for its restart; unless it has lost its devices meanwhile, it goes on.
    mutating func runAfterRestart(_ event: Event) {
        let place = Int(event.a)
        guard submitted[place].generation == event.b, submitted[place].stage == .paying else { return }
        run(place)
    }

    /// Gives the devices of a workload back once it has nothing more to do.
    mutating func endIfDone(_ place: Int) {
        guard submitted[place].stage == .running, isDone(submitted[place].template.reference) else { return }
        submitted[place].stage = .ended
        scheduling[submitted[place].scheduler].workloadEnded(
            job: submitted[place].job, at: queue.now, queue: &queue, machine: &machine)
    }

    /// Counts what came for workloads that never had their devices.
    mutating func closeSubmitted() {
        for workload in submitted where !workload.hasStarted && workload.template.reference.kind == .serving {
            serving[workload.template.reference.index].waitInVain(until: until ?? .max)
        }
    }

    private func place(_ scheduler: Int, _ job: Int32) -> Int? {
        submitted.firstIndex { $0.scheduler == scheduler && $0.job == job }
    }

    private func isDone(_ reference: WorkloadReference) -> Bool {
        switch reference.kind {
        case .serving: serving[reference.index].isDone
        case .rl: learning[reference.index].isOver
        case .training: training[reference.index].isOver
        case .jobs, .dividedJobs: false
        }
    }

    /// Starts a workload on its devices, or lets it go on.
    private mutating func run(_ place: Int) {
        let workload = submitted[place], index = workload.template.reference.index
        let relocation = workload.template.relocation(to: workload.devices)
        submitted[place].stage = .running
        submitted[place].hasStarted = true
        switch (workload.template.reference.kind, workload.hasStarted) {
        case (.serving, false):
            serving[index].start(
                on: relocation(workload.replicas), opened: workload.submit, &queue, &machine)
        case (.serving, true):
            serving[index].resume(on: relocation(workload.replicas), at: queue.now, &queue, &machine)
        case (.rl, _):
            guard let plan = workload.learning else { return }
            learning[index] = ReinforcementLearningEngine(
                configuration: plan.configuration.relocated(relocation), component: learning[index].component)
            learning[index].start(&queue, &machine)
        case (.training, false): training[index].start(on: workload.devices, &queue, &machine)
        case (.training, true): training[index].proceed(on: workload.devices, &queue, &machine)
        case (.jobs, _), (.dividedJobs, _): preconditionFailure("a scheduler starts no scheduler")
        }
        // A device can fail while the restart is paid for.
        for device in workload.devices where machine.cluster.isFailed(device) {
            fail(device, of: workload.template.reference)
        }
        endIfDone(place)
    }

    private mutating func fail(_ device: DeviceID, of workload: WorkloadReference) {
        switch workload.kind {
        case .serving: serving[workload.index].deviceFailed(device, at: queue.now, &queue, &machine)
        case .rl: learning[workload.index].deviceFailed(device, at: queue.now, &queue, &machine)
        case .training: training[workload.index].deviceFailed(device, at: queue.now, &queue, &machine)
        case .jobs, .dividedJobs: break
        }
    }

    /// Takes a workload off its devices.
    private mutating func leave(_ place: Int) {
        let wasRunning = submitted[place].stage == .running
        submitted[place].stage = .waiting
        guard wasRunning else { return }
        let reference = submitted[place].template.reference
        switch reference.kind {
        case .serving: serving[reference.index].preempt(at: queue.now, &queue, &machine)
        case .training: training[reference.index].yield(&queue, &machine)
        case .rl: preconditionFailure("jobs of reinforcement learning are not preempted")
        case .jobs, .dividedJobs: break
        }
    }
}
