import EventEngine
import Hardware

/// Jobs that get their devices, run and leave them.
extension SchedulingEngine {
    /// Starts a waiting job on the shares found for it.
    mutating func begin(
        _ job: Int32, on places: [NodeShare], at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(job)
        leaveLane(job, at: now)
        occupy(job, places, at: now, &machine)
        if states[index].firstStart < 0 { states[index].firstStart = now }
        states[index].phase = .running
        states[index].runStart = now
        states[index].overhead = states[index].paysRestart
            ? configuration.policy.restartCost.nanoseconds(devices: jobs[index].devices) : 0
        states[index].paysRestart = false
        states[index].runningIndex = Int32(running.count)
        running.append(job)
        if !queueLimits.isEmpty { scheduleDemotion(job, at: now, &queue) }
        if jobs[index].duration >= 0 {
            queue.schedule(
                Event(
                    time: now + states[index].overhead + states[index].left, component: component,
                    kind: SchedulingEvent.completion, phase: .completion, a: Int64(job),
                    b: Int64(states[index].generation)))
        } else if let lease = leases[index] {
            let workload = configuration.list.workloads[index] ?? ""
            let devices = machine.cluster.lease(lease)?.devices ?? []
            launches.append(WorkloadLaunch(job: job, workload: workload, devices: devices, lease: lease))
        }
    }

    /// A job's work is done.
    mutating func complete(_ job: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        states[Int(job)].left = 0
        if !queueLimits.isEmpty {
            partitions[partition(of: job)].levels[Int(states[Int(job)].level)].removeAll { $0 == job }
        }
        end(job, .completed, at: now, &machine)
        states[Int(job)].phase = .completed
        states[Int(job)].end = now
        books.completed += 1
        requestPass(at: now, &queue)
    }

    /// The workload that a job started has ended.
    public mutating func workloadEnded(
        job: Int32, at now: Nanoseconds, queue: inout EventQueue, machine: inout Machine
    ) {
        guard states[Int(job)].phase == .running else { return }
        lastActivity = now
        complete(job, at: now, &queue, &machine)
    }

    /// Takes a running job off its devices and lets it wait again.
    mutating func interrupt(_ job: Int32, _ ending: RunEnding, at now: Nanoseconds, _ machine: inout Machine) {
        let index = Int(job)
        let ran = now - states[index].runStart
        states[index].left -= max(0, ran - states[index].overhead)
        end(job, ending, at: now, &machine)
        states[index].paysRestart = true
        if ending == .failed { states[index].failures += 1 } else { states[index].preemptions += 1 }
        wait(job, at: now)
    }

    /// Work done and time on devices of a job by now; without a time, up to the start of its present run.
    func progress(_ job: Int32, at now: Nanoseconds?) -> (done: Nanoseconds, attained: Nanoseconds) {
        let index = Int(job)
        let before = jobs[index].duration >= 0 ? jobs[index].duration - states[index].left : states[index].attained
        guard let now, states[index].phase == .running else { return (before, states[index].attained) }
        let ran = now - states[index].runStart
        return (before + max(0, ran - states[index].overhead), states[index].attained + ran)
    }

    /// Ends the present run: books, lease, free devices.
    private mutating func end(_ job: Int32, _ ending: RunEnding, at now: Nanoseconds, _ machine: inout Machine) {
        let index = Int(job)
        states[index].generation += 1
        let paid = min(now - states[index].runStart, states[index].overhead)
        states[index].restartNanoseconds += paid
        states[index].attained += now - states[index].runStart
        books.record(
            job, from: states[index].runStart, to: now, overhead: paid, ending: ending, shares: shares[index])
        let place = Int(states[index].runningIndex)
        running[place] = running[running.count - 1]
        states[Int(running[place])].runningIndex = Int32(place)
        running.removeLast()
        states[index].runningIndex = -1
        vacate(job, at: now, &machine)
    }

    /// Leases the devices of the shares.
    private mutating func occupy(
        _ job: Int32, _ places: [NodeShare], at now: Nanoseconds, _ machine: inout Machine
    ) {
        let index = Int(job)
        shares[index] = places
        var devices: [DeviceID] = []
        devices.reserveCapacity(Int(jobs[index].devices))
        for place in places {
            var left = place.devices
            for device in machine.cluster.layout.devices(of: NodeID(Int(place.node))) where left > 0 {
                guard machine.cluster.isAvailable(DeviceID(device)) else { continue }
                devices.append(DeviceID(device))
                left -= 1
            }
            map.add(-place.devices, to: Int(place.node))
        }
        do {
            leases[index] = try machine.cluster.lease(devices, owner: configuration.list.names[index]).id
        } catch {
            preconditionFailure("the free map says that devices are free which are not: \(error)")
        }
        use(Int64(jobs[index].devices), of: Int(jobs[index].tenant), at: now)
    }

    /// Gives the devices of a job back.
    private mutating func vacate(_ job: Int32, at now: Nanoseconds, _ machine: inout Machine) {
        let index = Int(job)
        if let lease = leases[index] { machine.cluster.release(lease) }
        leases[index] = nil
        for share in shares[index] { sync(Int(share.node), machine) }
        shares[index] = []
        use(-Int64(jobs[index].devices), of: Int(jobs[index].tenant), at: now)
        partitions[partition(of: job)].isOpen = true
    }

    /// Adds to what a tenant holds, in the books of tenant and cluster.
    private mutating func use(_ devices: Int64, of tenant: Int, at now: Nanoseconds) {
        books.use(devices, at: now)
        tenants[tenant].deviceNanoseconds += Double(tenants[tenant].devices) * Double(now - tenants[tenant].since)
        tenants[tenant].since = now
        tenants[tenant].devices += devices
        if configuration.policy.order.change == .withTenant { refreshRank(tenant) }
    }
}
