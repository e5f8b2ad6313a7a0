import EventEngine
import Hardware
import JSONText
import Scheduling
import TraceFormats

/// A workload of jobs, checked and bound to a cluster.
public struct JobsPlan: Sendable {
    /// What the scheduling engine is made from.
    public var configuration: SchedulingConfiguration
    /// The trace that the jobs came from, nil where all stand in the scenario.
    public var trace: JobTrace?
    /// Whether each tenant is compared with himself alone on the cluster.
    public var comparesAlone = false
}

/// Makes a plan of a specification.
struct JobsBinder {
    let specification: JobsSpecification
    let seed: UInt64
    let diagnostics: JSONDiagnostics
    let cluster: Cluster
    /// Workloads that jobs start, bound to an empty cluster.
    var templates: [WorkloadTemplate] = []
    /// The other workloads of the scenario.
    var others: [WorkloadSpecification] = []

    /// The plan; nil after problems, which are reported.
    func bind() -> JobsPlan? {
        let before = diagnostics.problems.count
        var trace: JobTrace?
        if let traffic = specification.traffic {
            guard let found = traffic.jobs(seed: seed, diagnostics) else { return nil }
            trace = found
        }
        var tenants = specification.tenants.map(\.tenant)
        let events = JobsEventBinder(specification: specification, cluster: cluster, diagnostics: diagnostics)
        let partitions = partitions(&tenants, events.clusterNames)
        checkTopology()
        let (verbs, drains) = events.bind()
        let cells = CellsBinder(specification: specification, cluster: cluster, diagnostics: diagnostics).bind()
        let scaling = AutoscalingBinder(specification: specification, cluster: cluster, diagnostics: diagnostics)
        let autoscaling = scaling.bind()
        checkTenants(trace)
        var bundles = PlacementGroupList()
        let list = jobs(trace, &tenants, &bundles)
        checkGroups(bundles.groups)
        guard diagnostics.problems.count == before else { return nil }
        var policy = specification.policy
        policy.durations = specification.durations ?? .standard
        var configuration = SchedulingConfiguration(
            name: specification.name, seed: seed, policy: policy, tenants: tenants, list: list)
        configuration.placementGroups = bundles.groups
        configuration.partitions = partitions.count
        configuration.nodePartitions = partitions.ofNode
        configuration.cells = cells
        configuration.nodesPerSuperNode = specification.nodesPerSuperNode
        configuration.virtualClusters = events.clusterNames
        configuration.clusterEvents = verbs
        configuration.drains = drains
        configuration.autoscaling = autoscaling
        configuration.checkpoints = specification.checkpoints
        configuration.failureRate = specification.failureRate
        configuration.slowdown = specification.slowdown
        let groups = cluster.layout.groups
        if !specification.speeds.isEmpty {
            configuration.groupSpeeds = groups.map { group in
                specification.speeds.first { $0.group == group.name }?.speed ?? 1
            }
        }
        configuration.hosts = specification.hosts.map { host in
            HostResources(
                cpuMilli: groups.map { _ in host.cpuMilli }, memoryBytes: groups.map { _ in host.memoryBytes })
        }
        return JobsPlan(configuration: configuration, trace: trace, comparesAlone: specification.comparesAlone)
    }

    /// Nodes of a tenant's own are a partition; the first one holds those that all share, virtual clusters follow, then
    /// tenants with guaranteed cells, whose nodes are virtual; the last holds those that the workload does not
    /// schedule on.
    private func partitions(_ tenants: inout [Tenant], _ clusters: [String]) -> (count: Int, ofNode: [Int]) {
        var owned: [String] = []
        for (index, tenant) in specification.tenants.enumerated() {
            if let name = tenant.virtualCluster, let place = clusters.firstIndex(of: name) {
                tenants[index].partition = place + 1
                continue
            }
            guard let nodes = tenant.nodes else { continue }
            if !specification.nodes.contains(nodes) {
                diagnostics.report(
                    tenant.path.appending(key: "nodes"), "the workload does not schedule on \(nodes)",
                    remedy: "add it to the workload's nodes")
            }
            if !owned.contains(nodes) { owned.append(nodes) }
            tenants[index].partition = clusters.count + (owned.firstIndex(of: nodes) ?? 0) + 1
        }
        let isWhole = cluster.layout.groups.allSatisfy { specification.nodes.contains($0.name) }
        var count = 1 + clusters.count + owned.count
        for (index, tenant) in specification.tenants.enumerated() where !tenant.cells.isEmpty {
            tenants[index].partition = count
            count += 1
        }
        guard !owned.isEmpty || !isWhole else { return (count, []) }
        let outside = count
        let ofNode = (0..<cluster.layout.nodeCount).map { node in
            let name = cluster.layout.groups[cluster.layout.group(of: NodeID(node))].name
            if let place = owned.firstIndex(of: name) { return clusters.count + place + 1 }
            return specification.nodes.contains(name) ? 0 : outside
        }
        return (outside + 1, ofNode)
    }

    /// A tenant without a job is a name misspelt.
    private func checkTenants(_ trace: JobTrace?) {
        let known = (trace?.tenantNames ?? []) + specification.submissions.compactMap(\.tenant)
        for tenant in specification.tenants where !known.contains(tenant.tenant.name) {
            diagnostics.report(
                tenant.path, isKey: true, "no job is of tenant \(tenant.tenant.name)",
                remedy: Spelling.nearest(to: tenant.tenant.name, among: known).map { "did you mean \"\($0)\"?" }
                    ?? (known.isEmpty
                        ? "the jobs have no tenants" : "known are \(known.prefix(12).joined(separator: ", "))"))
        }
    }

    /// Traced jobs, then those of the scenario, sorted by submission.
    private func jobs(
        _ trace: JobTrace?, _ tenants: inout [Tenant], _ groups: inout PlacementGroupList
    ) -> JobList {
        func tenant(_ name: String) -> Int32 {
            if let index = tenants.firstIndex(where: { $0.name == name }) { return Int32(index) }
            tenants.append(Tenant(name: name))
            return Int32(tenants.count - 1)
        }
        var jobs: [Job] = [], names: [String] = [], workloads: [Int: JobWorkload] = [:]
        if let trace {
            let tenantIndex = trace.tenants.isEmpty ? [] : trace.tenantNames.map(tenant)
            let masks = trace.deviceTypeNames.map { mask($0, specification.path.appending(key: "traffic")) }
            let common = tenantIndex.isEmpty ? tenant("default") : 0
            jobs.reserveCapacity(trace.count)
            for index in 0..<trace.count {
                var job = trace.job(index, masks)
                job.tenant = trace.tenants.isEmpty ? common : tenantIndex[Int(trace.tenants[index])]
                job.within = specification.within
                job.placementGroup = groups.group(of: index, in: trace, cut: specification.bundleCut)
                jobs.append(job)
            }
            names = trace.names
        }
        for (index, submission) in specification.submissions.enumerated() {
            var job = submission.job
            if job.within == .cluster, submission.workload == nil { job.within = specification.within }
            job.tenant = tenant(submission.tenant ?? "default")
            if let type = submission.deviceType {
                job.nodeGroups = mask(type, submission.path.appending(key: "device_type"))
            }
            if submission.workload != nil {
                guard let workload = workload(of: submission) else { continue }
                workloads[jobs.count] = workload
                job.devices = workload.devices
                job.nodeGroups = workload.nodeGroups
            }
            var whole = submission
            whole.job = job
            for (job, name) in whole.jobs(
                submission.name ?? submission.workload ?? "submit/\(index)", &groups,
                mask: { mask($0, submission.path.appending(key: "bundles")) })
            {
                jobs.append(job)
                names.append(name)
            }
        }
        if tenants.isEmpty { tenants = [Tenant(name: "default")] }
        return JobList(jobs: jobs, names: names, workloads: workloads)
    }

    /// Conservative backfill promises devices of one node group.
    private func checkGroups(_ groups: [PlacementGroup]) {
        guard specification.policy.whenBlocked == .reserveAll, groups.contains(where: \.isMixed) else { return }
        diagnostics.report(
            specification.path.appending(key: "policy").appending(key: "when_blocked"),
            "reserve-all promises devices of one node group, and bundles name several", remedy: "use reserve-head")
    }

    /// The node groups of a name, or whose devices have it.
    private func mask(_ type: String, _ path: JSONPath) -> UInt64 {
        var mask: UInt64 = 0
        let groups = cluster.layout.groups
        for (index, group) in groups.enumerated().prefix(64) where [group.name, group.node.device.name].contains(type) {
            mask |= 1 << UInt64(index)
        }
        if mask == 0 {
            let known = groups.map(\.name) + groups.map(\.node.device.name)
            diagnostics.report(
                path, "the cluster has no node group or device \(type)",
                remedy: Spelling.nearest(to: type, among: known).map { "did you mean \"\($0)\"?" }
                    ?? "known are \(known.joined(separator: ", "))")
        }
        return mask
    }
}

extension JobTrace {
    /// A job of the trace without its tenant. `masks` are the node groups of each device type.
    fileprivate func job(_ index: Int, _ masks: [UInt64]) -> Job {
        var job = Job(
            submit: submitNanoseconds[index], devices: devices[index], duration: durationNanoseconds[index])
        if !estimateNanoseconds.isEmpty { job.estimate = estimateNanoseconds[index] }
        if !priorities.isEmpty { job.priority = priorities[index] }
        if !deadlineNanoseconds.isEmpty, deadlineNanoseconds[index] >= 0 { job.deadline = deadlineNanoseconds[index] }
        if !deviceTypes.isEmpty, deviceTypes[index] >= 0 { job.nodeGroups = masks[Int(deviceTypes[index])] }
        if !cpuMilli.isEmpty { job.cpuMilli = cpuMilli[index] }
        if !memoryBytes.isEmpty { job.memoryBytes = memoryBytes[index] }
        return job
    }
}

extension JobTraffic {
    /// Reads or generates the jobs; a problem is reported where it is.
    func jobs(seed: UInt64, _ diagnostics: JSONDiagnostics) -> JobTrace? {
        do {
            switch source {
            case .trace(let file, let format, let maximum, let speed):
                var trace = try JobTraceReader.read(path: file, format: format, maximumJobs: maximum)
                if trace.deviceShares.contains(where: { $0 < 1000 }) {
                    diagnostics.report(
                        path.appending(key: "trace"), "asks for parts of devices, which this workload does not share",
                        remedy: "use a trace of whole devices")
                    return nil
                }
                if speed != 1 {
                    trace.submitNanoseconds = trace.submitNanoseconds.map {
                        Int64((Double($0) / speed).rounded(.toNearestOrEven))
                    }
                }
                return trace
            case .generator(let configuration): return try JobGenerator.generate(configuration, seed: seed)
            case .profile(let configuration): return try JobGenerator.generate(configuration, seed: seed)
            }
        } catch let problem as GeneratorProblem {
            diagnostics.report(path.appending(key: "generate"), "\(problem)")
        } catch {
            diagnostics.report(path.appending(key: "trace"), "\(error)")
        }
        return nil
    }
}
