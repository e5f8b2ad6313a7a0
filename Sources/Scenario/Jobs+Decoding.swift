import EventEngine
import JSONText
import Scheduling
import TraceFormats

extension JSONType<JobsSpecification> {
    /// A workload of batch jobs; its name is filled in by whoever knows the key.
    static func jobs(nodeGroups: [String], folder: String) -> JSONType {
        .object { workload in
            _ = workload.required("kind", .workloadKind)
            let policy = workload.child("policy")?.object { $0.schedulingPolicy() } ?? (SchedulingPolicy(), nil)
            let group: JSONType<String> = nodeGroups.isEmpty ? .name : .choice(of: nodeGroups)
            let traffic = workload.optional("traffic", .jobTraffic(folder: folder))
            let submissions = workload.optional("submit", .array(of: .submission), default: [])
            if !workload.has("traffic"), !workload.has("submit") {
                workload.fail("expected traffic or submit: there are no jobs")
            }
            let nodes = workload.optional("nodes", .array(of: .name), default: nodeGroups)
            for name in nodes where !nodeGroups.contains(name) { workload.failNodeGroup("nodes", name, nodeGroups) }
            return JobsSpecification(
                name: "", path: workload.path, nodes: nodes, traffic: traffic,
                policy: policy.0, durations: policy.1,
                tenants: workload.optional("tenants", .members(of: .tenant(group)), default: []).map { named in
                    var tenant = named.value
                    tenant.tenant.name = named.name
                    return tenant
                },
                submissions: submissions,
                checkpoints: workload.child("checkpoint")?.object { checkpoint in
                    Checkpoints(
                        interval: checkpoint.required("interval", .duration(sign: .positive)),
                        cost: checkpoint.optional("cost", .duration(), default: 0))
                },
                failureRate: workload.child("failures")?.object { failures in
                    FailureRate(
                        meanBetween: failures.required("node_mtbf", .duration(sign: .positive)),
                        meanRepair: failures.required("repair", .duration(sign: .positive)))
                },
                slowdown: workload.child("slowdown")?.object { slowdown in
                    var factors = PlacementSlowdown()
                    factors.acrossNodes = slowdown.optional("across_nodes", .number(in: 1...1000), default: 1)
                    factors.acrossPackages = slowdown.optional("across_packages", .number(in: 1...1000), default: 1)
                    factors.acrossSuperNodes = slowdown.optional("across_super_nodes", .number(in: 1...1000))
                    factors.acrossLeaves = slowdown.optional("across_leaves", .number(in: 1...1000), default: 1)
                    return factors
                } ?? PlacementSlowdown(),
                speeds: workload.child("speeds")?.object { speeds in
                    speeds.allMembers.map { member in
                        if !nodeGroups.contains(member.name) {
                            speeds.failNodeGroup(member.name, member.name, nodeGroups)
                        }
                        return (member.name, member.reader.read(.number(in: 0.001...1000)))
                    }
                } ?? [],
                events: workload.optional("events", .array(of: .jobsEvent), default: []),
                nodesPerSuperNode: workload.optional("nodes_per_super_node", .integer(in: 2...1 << 20)),
                within: workload.optional("within", .choice(), default: .cluster),
                autoscaling: workload.optional("autoscale", .autoscaling),
                bundleCut: workload.optional("bundles", .bundleCut),
                hosts: workload.child("host")?.object { host in
                    let processors = host.required("cpus_per_node", .number(in: 0.001...1e6))
                    let memory = host.required("memory_per_node", .bytes(sign: .positive))
                    return (Int64((processors * 1000).rounded()), memory)
                },
                comparesAlone: workload.optional("compare_alone", .bool, default: false))
        }
    }
}

extension JSONObjectReader {
    fileprivate func failNodeGroup(_ key: String, _ name: String, _ known: [String]) {
        let near = Spelling.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
        fail(
            at: key, "there is no node group \(name)",
            remedy: near ?? "known are \(known.joined(separator: ", "))")
    }
}

extension JSONType<JobTraffic> {
    /// `{ "trace": … }` or `{ "generate": {…} }`.
    fileprivate static func jobTraffic(folder: String) -> JSONType {
        .object { traffic in
            guard !traffic.has("generate") else {
                if traffic.has("trace") {
                    traffic.fail("trace and generate exclude each other", remedy: "keep one of them")
                    for key in ["format", "max_jobs", "speed"] { traffic.ignore(key) }
                }
                return JobTraffic(
                    path: traffic.path, source: traffic.required("generate", .generated(by: .jobGenerator)))
            }
            return JobTraffic(
                path: traffic.path,
                source: .trace(
                    file: resolve(traffic.required("trace", .name), folder),
                    format: traffic.optional("format", .choice(), default: .auto),
                    maximumJobs: traffic.optional("max_jobs", .integer(in: 1...)),
                    speed: traffic.optional("speed", .number(in: 1e-6...1e6), default: 1)))
        }
    }
}

extension JSONType<JobGeneratorConfiguration> {
    fileprivate static var jobGenerator: JSONType {
        .object { generate in
            let weight = JSONType<Double>.number(in: 0...1e9)
            let sizes = generate.child("devices")?.object { sizes in
                sizes.allMembers.compactMap { member -> (size: Int, weight: Double)? in
                    guard let size = Int(member.name), (1...1 << 20).contains(size) else {
                        sizes.fail(at: member.name, "is no number of devices", remedy: "write \"8\": 0.25")
                        return nil
                    }
                    return (size, member.reader.read(weight))
                }
            } ?? [(1, 1)]
            let durations = generate.required("duration", .lognormalDuration)
            var configuration = JobGeneratorConfiguration(
                jobs: generate.required("jobs", .integer(in: 1...10_000_000)),
                arrivals: generate.required("arrivals", .arrivals), devices: sizes, medianDuration: durations.median,
                p90Duration: durations.p90, largestDuration: durations.largest)
            configuration.tenants = generate.optional("tenants", .members(of: weight), default: [])
                .map { ($0.name, $0.value) }
            return configuration
        }
    }
}

/// A lognormal distribution of durations.
struct LognormalDuration: Sendable {
    var median: Nanoseconds
    var p90: Nanoseconds
    var largest: Nanoseconds
}

extension JSONType<LognormalDuration> {
    fileprivate static var lognormalDuration: JSONType {
        .object { duration in
            LognormalDuration(
                median: duration.required("median", .duration(sign: .positive)),
                p90: duration.required("p90", .duration(sign: .positive)),
                largest: duration.optional("max", .duration(sign: .positive), default: .max / 4))
        }
    }
}

extension JSONType<TenantSpecification> {
    fileprivate static func tenant(_ group: JSONType<String>) -> JSONType {
        .object { object in
            var tenant = Tenant(name: "")
            tenant.quotaDevices = object.optional("quota_devices", .integer(in: 0...1 << 30))
            tenant.mayBorrow = object.optional("borrow", .bool, default: false)
            tenant.reclaims = object.optional("reclaim", .bool, default: false)
            tenant.weight = object.optional("weight", .number(in: 1e-6...1e6), default: 1)
            for (key, isSet) in [("borrow", tenant.mayBorrow), ("reclaim", tenant.reclaims)]
            where isSet && !object.has("quota_devices") {
                object.fail(at: key, "has no effect without quota_devices", remedy: "give the quota, or leave it out")
            }
            return TenantSpecification(
                path: object.path, tenant: tenant, nodes: object.optional("nodes", group),
                virtualCluster: object.optional("virtual_cluster", .name),
                cells: object.optional("cells", .cells, default: []))
        }
    }
}

extension JSONType<SubmissionSpecification> {
    /// A job of the scenario itself.
    fileprivate static var submission: JSONType {
        .object { object in
            guard !object.has("workload") else { return object.workloadSubmission() }
            let submit = object.required("at", .duration())
            let gang = object.gang()
            var job = Job(
                submit: submit, devices: Int32(clamping: gang.totalDevices), duration: gang.jobNanoseconds)
            job.estimate = object.optional("estimate", .duration(sign: .positive), default: -1)
            job.priority = Int32(object.optional("priority", .integer(in: -1_000_000...1_000_000), default: 0))
            job.deadline = object.optional("deadline", .duration(sign: .positive), default: .max)
            job.within = object.optional("within", .choice(), default: .cluster)
            job.isPreemptible = object.optional("preemptible", .bool, default: true)
            return SubmissionSpecification(
                path: object.path, name: object.optional("name", .name), job: job, gang: gang,
                tenant: object.optional("tenant", .name), deviceType: object.optional("device_type", .name))
        }
    }
}
