import EventEngine
import Hardware

/// Jobs that come, and the lanes they wait in.
extension SchedulingEngine {
    mutating func scheduleArrival(_ queue: inout EventQueue) {
        guard nextArrival < jobs.count else { return }
        let time = max(jobs[nextArrival].submit, queue.now)
        queue.schedule(Event(time: time, component: component, kind: SchedulingEvent.arrival, phase: .arrival))
    }

    /// Takes all jobs that are submitted by now.
    mutating func arrive(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        while nextArrival < jobs.count, jobs[nextArrival].submit <= now {
            let job = Int32(nextArrival)
            nextArrival += 1
            guard canEverRun(job, machine) else {
                states[Int(job)].phase = .rejected
                books.rejected += 1
                continue
            }
            books.demand(Int64(jobs[Int(job)].devices), at: now)
            states[Int(job)].demandNanoseconds = books.demandNanoseconds
            if !queueLimits.isEmpty { partitions[partition(of: job)].levels[0].append(job) }
            wait(job, at: now)
        }
        scheduleArrival(&queue)
        requestPass(at: now, &queue)
    }

    /// Whether an empty cluster, all of it working, could run a job within its tenant's limit.
    private func canEverRun(_ job: Int32, _ machine: Machine) -> Bool {
        let request = jobs[Int(job)]
        let tenant = configuration.tenants[Int(request.tenant)]
        if let quota = tenant.quotaDevices, !tenant.mayBorrow, Int(request.devices) > quota { return false }
        if request.within != .cluster, !fitsDomain(request, machine.cluster.layout) { return false }
        if let fits = fitsCells(request) { return fits }
        // A placement group stays pending, as in Ray.
        if request.placementGroup >= 0 { return true }
        // Nodes come into virtual clusters and leave them.
        let clusters = configuration.virtualClusters.count
        let isFluid = clusters > 0 && tenant.partition <= clusters
        let layout = machine.cluster.layout
        if request.duration < 0 { return canEverRunGang(job, layout) }
        return layout.groups.indices.contains { group in
            guard request.nodeGroups >> UInt64(group) & 1 == 1 else { return false }
            let nodes = layout.nodes(ofGroup: group)
            let inPartition = configuration.partitions == 1
                ? nodes.count
                : nodes.count {
                    isFluid ? map.partition(of: $0) <= clusters : map.partition(of: $0) == tenant.partition
                }
            if request.devices == 0 { return inPartition > 0 }
            let most = min(inPartition, configuration.autoscaling?.maximum(ofGroup: group) ?? inPartition)
            return most * layout.groups[group].node.devicesPerNode >= Int(request.devices)
        }
    }

    /// Puts a job into its lane.
    mutating func wait(_ job: Int32, at now: Nanoseconds) {
        let index = Int(job)
        states[index].phase = .waiting
        states[index].waitingSince = now
        states[index].key = laneKey(job)
        books.queueLength(waitingCount, until: now)
        waitingCount += 1
        let lane = laneIndex(job)
        lanes[lane].queue.insert(job, key: states[index].key)
        partitions[lanes[lane].partition].arrived.append(job)
        refreshRank(lane)
    }

    /// Takes a job out of its lane, because it starts.
    mutating func leaveLane(_ job: Int32, at now: Nanoseconds) {
        let index = Int(job), lane = laneIndex(job)
        lanes[lane].queue.remove(job, key: states[index].key)
        books.queueLength(waitingCount, until: now)
        waitingCount -= 1
        states[index].waitingNanoseconds += now - states[index].waitingSince
        refreshRank(lane)
    }

    func laneIndex(_ job: Int32) -> Int { hasTenantLanes ? Int(jobs[Int(job)].tenant) : 0 }

    /// The key of a job inside its lane. Where tenants are ordered by their share, their own jobs go by submission.
    private func laneKey(_ job: Int32) -> Int64 {
        let order = configuration.policy.order
        return order.change == .withTenant ? jobs[Int(job)].submit : order.key(view(of: job))
    }

    /// What a queue order may see of a job. The present run of a running job is counted up to its start only.
    func view(of job: Int32, at now: Nanoseconds? = nil) -> JobView {
        let index = Int(job), request = jobs[index]
        let (done, attained) = progress(job, at: now)
        return JobView(
            submit: request.submit, devices: Int64(request.devices), estimate: estimates[index],
            remaining: max(0, estimates[index] - done), attained: attained, priority: Int64(request.priority),
            deadline: request.deadline, tenantShare: tenantShare(of: Int(request.tenant)))
    }

    /// Sets the place of a lane among the lanes of its partition by its first job.
    mutating func refreshRank(_ lane: Int) {
        setRank(lane, to: lanes[lane].queue.first)
    }

    /// Sets the place of a lane by an entry of it; takes it out when there is none.
    mutating func setRank(_ lane: Int, to entry: OrderedQueue.Entry?) {
        let partition = lanes[lane].partition
        guard let entry else {
            heaps[partition].remove(lane)
            return
        }
        let order = configuration.policy.order
        let laneKey = order.change == .withTenant ? order.key(view(of: entry.job)) : 0
        heaps[partition].set(lane, LaneHeap.Rank(lane: laneKey, key: entry.key, job: entry.job))
    }

    /// A tenant's part of the cluster, as the order measures it.
    func tenantShare(of tenant: Int) -> Double {
        switch configuration.policy.order.share {
        case .none: return 0
        case .devices: return Double(tenants[tenant].devices) / configuration.tenants[tenant].weight
        case .dominant: return dominantShare(of: tenant) / configuration.tenants[tenant].weight
        }
    }

    /// The largest part that a tenant has of any resource (Ghodsi et al., NSDI 2011).
    private func dominantShare(of tenant: Int) -> Double {
        let state = tenants[tenant]
        var share = Double(state.devices) / Double(max(1, books.devices))
        if let hosts {
            share = max(share, Double(state.cpuMilli) / Double(max(1, hosts.totalCPUMilli)))
            share = max(share, Double(state.memoryBytes) / Double(max(1, hosts.totalMemoryBytes)))
        }
        return share
    }
}
