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
        states[index].overhead = restartCost(of: job)
        states[index].paysRestart = false
        states[index].stretch = stretch(of: job, on: physicalShares(of: job), machine.cluster)
        noteStart(job, at: now)
        states[index].runningIndex = Int32(running.count)
        running.append(job)
        if !queueLimits.isEmpty { scheduleDemotion(job, at: now, &queue) }
        if jobs[index].duration >= 0 {
            queue.schedule(
                Event(
                    time: now + states[index].overhead + runTime(job, states[index].left) + lateness,
                    component: component,
                    kind: SchedulingEvent.completion, phase: .completion, a: Int64(job),
                    b: Int64(states[index].generation)))
        } else if let lease = leases[index] {
            orders.append(.run(WorkloadLaunch(
                job: job, workload: configuration.list.workloads[index]?.name ?? "",
                devices: machine.cluster.lease(lease)?.devices ?? [], lease: lease, delay: states[index].overhead)))
        }
    }

    /// Notes who left the devices that a job gets, and whether it holds them by right.
    private mutating func noteStart(_ job: Int32, at now: Nanoseconds) {
        let index = Int(job), tenant = Int(jobs[index].tenant)
        let last = partitions[partition(of: job)].lastEnded
        if states[index].firstStart == now, last.time == now { states[index].unblocker = last.job }
        states[index].isBorrowing = quotas[tenant].map { tenants[tenant].devices > $0 }
            ?? (cells != nil && !isInCells(shares[index]))
        expectEnd(of: job)
    }

    /// What HeliosArtifact's SRTF adds to every job's end.
    private var lateness: Nanoseconds {
        configuration.policy.compatibility == .heliosSRTF ? 1_000_000_000 : 0
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
        books.demand(-Int64(jobs[Int(job)].devices), at: now)
        states[Int(job)].demandNanoseconds = books.demandNanoseconds - states[Int(job)].demandNanoseconds
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
        let done = work(job, in: ran)
        let kept = ending == .failed ? work(job, in: ran, saved: true) : done
        if jobs[index].duration >= 0 {
            states[index].left = max(0, states[index].left - kept)
        } else {
            orders.append(.leave(job: job))
        }
        end(job, ending, lost: done - kept, at: now, &machine)
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
        return (before + work(job, in: ran), states[index].attained + ran)
    }

    /// Ends the present run: books, lease, free devices.
    private mutating func end(
        _ job: Int32, _ ending: RunEnding, lost: Nanoseconds = 0, at now: Nanoseconds, _ machine: inout Machine
    ) {
        let index = Int(job)
        forgetEnd(of: job, at: now)
        partitions[partition(of: job)].lastEnded = (job, now)
        if states[index].expectedEnd != now { partitions[partition(of: job)].mustReplan = true }
        states[index].generation += 1
        let paid = min(now - states[index].runStart, states[index].overhead)
        states[index].restartNanoseconds += paid
        states[index].attained += now - states[index].runStart
        let segment = RunSegment(
            job: job, start: states[index].runStart, end: now, overhead: paid, ending: ending, firstShare: 0,
            shareCount: 0, lost: lost, isBorrowed: states[index].isBorrowing, previous: states[index].segment)
        states[index].segment = books.record(segment, shares: physicalShares(of: job))
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
        let isGang = jobs[index].duration < 0
        var devices = isGang ? gangDevices(job, places, machine.cluster) : []
        devices.reserveCapacity(Int(jobs[index].devices))
        let isVirtual = isInCells(places)
        if isVirtual { devices = cellDevices(job, places, at: now, &machine) }
        let keepsPackages = !packageSizes.isEmpty && !isGang && configuration.policy.placement.name == "topology"
        for place in places where !isVirtual {
            var left = place.devices
            if keepsPackages {
                devices += packagedDevices(Int(place.node), count: Int(left), machine.cluster)
                left = 0
            }
            for device in machine.cluster.layout.devices(of: NodeID(Int(place.node))) where left > 0 && !isGang {
                guard machine.cluster.isAvailable(DeviceID(device)) else { continue }
                devices.append(DeviceID(device))
                left -= 1
            }
            map.add(-place.devices, to: Int(place.node))
            if scaler != nil { noteUse(of: Int(place.node), at: now) }
        }
        hosts?.take(places, of: jobs[index])
        do {
            guard !devices.isEmpty else { return use(job, sign: 1, at: now) }
            leases[index] = try machine.cluster.lease(devices, owner: configuration.list.names[index]).id
        } catch {
            preconditionFailure("the free map says that devices are free which are not: \(error)")
        }
        if cells != nil { noteHolder(job, devices, machine) }
        use(job, sign: 1, at: now)
    }

    /// Gives the devices of a job back.
    private mutating func vacate(_ job: Int32, at now: Nanoseconds, _ machine: inout Machine) {
        let index = Int(job)
        if cells != nil { forgetHolder(job, machine) }
        if let lease = leases[index] { machine.cluster.release(lease) }
        leases[index] = nil
        if isInCells(shares[index]) {
            leaveCells(job, machine)
            shares[index] = []
        }
        for share in shares[index] {
            sync(Int(share.node), machine)
            if scaler != nil { noteUse(of: Int(share.node), at: now) }
        }
        hosts?.take(shares[index], of: jobs[index], sign: -1)
        shares[index] = []
        use(job, sign: -1, at: now)
        partitions[partition(of: job)].isOpen = true
    }

    /// Adds a job to what its tenant and all together hold, or takes it off.
    private mutating func use(_ job: Int32, sign: Int64, at now: Nanoseconds) {
        let request = jobs[Int(job)], tenant = Int(request.tenant)
        books.use(sign * Int64(request.devices), at: now)
        tenants[tenant].deviceNanoseconds += Double(tenants[tenant].devices) * Double(now - tenants[tenant].since)
        tenants[tenant].since = now
        tenants[tenant].devices += sign * Int64(request.devices)
        tenants[tenant].cpuMilli += sign * request.cpuMilli
        tenants[tenant].memoryBytes += sign * request.memoryBytes
        if configuration.policy.order.change == .withTenant { refreshRank(tenant) }
    }
}
