import EventEngine
import JSONText
import Scheduling

extension DividedJobsSpecification {
    /// The members of a policy that make the workload one of these.
    static let policyKeys = ["rounds", "elastic", "fractions"]

    /// Whether a workload's policy divides the cluster.
    static func isMeant(_ workload: JSONValue) -> Bool {
        policyKeys.contains { workload["policy"]?[$0] != nil }
    }
}

extension JSONType<DividedJobsSpecification> {
    /// A workload of jobs that divide the cluster; its name is filled in by whoever knows the key.
    static func dividedJobs(nodeGroups: [String], folder: String) -> JSONType {
        .object { workload in
            _ = workload.required("kind", .workloadKind)
            let policy = workload.required("policy", .dividingPolicy(nodeGroups: nodeGroups))
            if !workload.has("traffic"), !workload.has("submit") {
                workload.fail("expected traffic or submit: there are no jobs")
            }
            return DividedJobsSpecification(
                name: "", path: workload.path, policy: policy,
                traffic: workload.optional("traffic", .dividedTraffic(policy, folder: folder)),
                submissions: workload.optional(
                    "submit", .array(of: .dividedSubmission(policy, nodeGroups: nodeGroups)), default: []))
        }
    }
}

extension JSONType<DividedJobsSpecification.Policy> {
    /// `{ "rounds": … }`, `{ "elastic": … }` or `{ "fractions": … }`.
    fileprivate static func dividingPolicy(nodeGroups: [String]) -> JSONType {
        .object { policy in
            // Only what is there is asked for, so that a stranger is told of the keys that go with it.
            let asked = DividedJobsSpecification.policyKeys.filter { policy.reader.value[$0]?.isNull == false }
            if asked.count > 1 {
                policy.fail(
                    "\(asked.joined(separator: " and ")) exclude each other", remedy: "keep one of them")
            }
            for key in asked.dropFirst() { policy.ignore(key) }
            switch asked.first {
            case "elastic": return policy.required("elastic", .elasticPolicy)
            case "fractions": return policy.required("fractions", .fractionalPolicy(nodeGroups: nodeGroups))
            default: return policy.required("rounds", .roundPolicy)
            }
        }
    }

    private static var roundPolicy: JSONType {
        .object { rounds in
            let policy = rounds.required("divide", .choice(RoundPolicy.self))
            var configuration = RoundConfiguration()
            configuration.round = rounds.optional("round", .duration(sign: .positive), default: configuration.round)
            configuration.endsEarly = rounds.optional("ends_early", .bool, default: configuration.endsEarly)
            configuration.leastTimeBetweenDivisions = rounds.optional(
                "divide_every", .duration(), default: configuration.leastTimeBetweenDivisions)
            configuration.restart = rounds.optional("restart", .duration(), default: configuration.restart)
            if configuration.restart >= configuration.round {
                rounds.fail(at: "restart", "leaves no time of a round", remedy: "make it shorter than the round")
            }
            if rounds.has("match_fraction"), policy != .allox {
                rounds.fail(at: "match_fraction", "has an effect on allox only", remedy: "leave it out")
            }
            return .rounds(
                policy, configuration,
                alloxFraction: rounds.optional("match_fraction", .number(in: 0.001...1), default: 1))
        }
    }

    private static var elasticPolicy: JSONType {
        .object { elastic in
            let interval = elastic.optional("interval", .duration(sign: .positive), default: 60_000_000_000)
            let restart = elastic.optional("restart", .duration(), default: min(30_000_000_000, interval / 2))
            if restart >= interval {
                elastic.fail(
                    at: "restart", "leaves no time of an interval", remedy: "make it shorter than the interval")
            }
            return .elastic(
                elastic.required("divide", .choice(ElasticPolicyName.self)), interval: interval, restart: restart)
        }
    }

    private static func fractionalPolicy(nodeGroups: [String]) -> JSONType {
        .object { fractions in
            let blocked = fractions.optional("when_blocked", .choice(of: ["block", "skip"]), default: "skip")
            let hosts = fractions.child("host")?.object { host in
                host.members(of: .host, nodeGroups).map {
                    DividedJobsSpecification.Host(
                        group: $0.group, cpuMilli: $0.value.cpuMilli, memoryBytes: $0.value.memoryBytes)
                }
            }
            if let hosts, hosts.count < nodeGroups.count {
                fractions.fail(
                    at: "host",
                    "says nothing of \(nodeGroups.filter { group in !hosts.contains { $0.group == group } })",
                    remedy: "give processors and memory of every node group, or leave host out")
            }
            return .fractions(
                fractions.required("placement", .choice(FractionalPolicy.self)), skipsBlocked: blocked == "skip",
                hosts: hosts ?? [])
        }
    }
}

extension JSONType<(cpuMilli: Int64, memoryBytes: Int64)> {
    /// Processors and memory of a node.
    fileprivate static var host: JSONType {
        .object { host in
            (
                Int64((host.required("cpus_per_node", .number(in: 0.001...1e6)) * 1000).rounded()),
                host.required("memory_per_node", .bytes(sign: .positive))
            )
        }
    }
}

extension JSONType<DividedJobsSpecification.Traffic> {
    fileprivate static func dividedTraffic(
        _ policy: DividedJobsSpecification.Policy, folder: String
    ) -> JSONType {
        .object { traffic in
            var result = DividedJobsSpecification.Traffic(
                path: traffic.path, trace: resolve(traffic.required("trace", .name), folder), noise: 10,
                maximumJobs: traffic.optional("max_jobs", .integer(in: 1...)))
            switch policy {
            case .rounds:
                _ = traffic.optional("format", .choice(of: ["gavel"]), default: "gavel")
                result.throughputs = resolve(traffic.required("throughputs", .name), folder)
            case .elastic:
                _ = traffic.optional("format", .choice(of: ["pollux"]), default: "pollux")
                result.steps = resolve(traffic.required("steps", .name), folder)
                result.noise = traffic.optional("noise_scale", .number(in: 0...1e6), default: 10)
            case .fractions:
                _ = traffic.optional("format", .choice(of: ["openb"]), default: "openb")
            }
            return result
        }
    }
}

extension JSONType<DividedJobsSpecification.Submission> {
    fileprivate static func dividedSubmission(
        _ policy: DividedJobsSpecification.Policy, nodeGroups: [String]
    ) -> JSONType {
        .object { object in
            DividedJobsSpecification.Submission(
                path: object.path, name: object.optional("name", .name), at: object.required("at", .duration()),
                work: object.dividedWork(policy, nodeGroups))
        }
    }
}

extension JSONObjectReader {
    /// The members of an object whose keys are node groups.
    fileprivate func members<Value>(
        of type: JSONType<Value>, _ nodeGroups: [String]
    ) -> [(group: String, value: Value)] {
        allMembers.compactMap { member in
            guard nodeGroups.contains(member.name) else {
                fail(
                    at: member.name, "the cluster has no node group \(member.name)",
                    remedy: Spelling.nearest(to: member.name, among: nodeGroups).map { "did you mean \"\($0)\"?" })
                return nil
            }
            return (member.name, member.reader.read(type))
        }
    }

    fileprivate func dividedWork(
        _ policy: DividedJobsSpecification.Policy, _ nodeGroups: [String]
    ) -> DividedJobsSpecification.Submission.Work {
        switch policy {
        case .rounds:
            let rates = child("steps_per_s")?.object { rates in
                rates.members(of: .number(in: 0...1e12), nodeGroups).map { (group: $0.group, rate: $0.value) }
            } ?? []
            if !rates.contains(where: { $0.rate > 0 }) {
                fail(
                    at: "steps_per_s", "the job runs nowhere",
                    remedy: "give its steps per second on the node groups \(nodeGroups.joined(separator: ", "))")
            }
            return .steps(
                Int64(required("steps", .integer(in: 1...1 << 53))),
                devices: required("devices", .integer(in: 1...1 << 20)),
                weight: optional("weight", .number(in: 1e-6...1e6), default: 1), rates: rates)
        case .elastic:
            let speeds = required("units_per_s", .array(of: .number(in: 1e-9...1e12)))
            if speeds.isEmpty || zip(speeds, speeds.dropFirst()).contains(where: { $0 > $1 }) {
                fail(at: "units_per_s", "must not fall", remedy: "give the speed on 1, 2, 3, … devices")
            }
            return .units(
                required("units", .number(in: 1e-9...1e18)), speeds: speeds,
                deadline: optional("deadline", .duration(sign: .positive)))
        case .fractions(_, _, let hosts):
            let devices = optional("devices", .integer(in: 0...1024), default: 1)
            let share = optional("device_share", .number(in: 0.001...1), default: 1)
            if share < 1, devices != 1 {
                fail(at: "device_share", "goes with one device", remedy: "leave it out, or \"devices\": 1")
            }
            for key in ["cpus", "memory"] where hosts.isEmpty && has(key) {
                fail(at: key, "has no effect without the policy's host", remedy: "leave it out, or say what hosts have")
            }
            let request = FractionalRequest(
                cpuMilli: Int64((optional("cpus", .number(in: 0...1e6), default: 0) * 1000).rounded()),
                memoryBytes: optional("memory", .bytes(), default: 0), devices: Int32(devices),
                deviceMilli: Int32((share * 1000).rounded()))
            return .time(
                required("duration", .duration(sign: .positive)), request,
                groups: optional(
                    "nodes", .array(of: nodeGroups.isEmpty ? .name : .choice(of: nodeGroups)), default: nodeGroups))
        }
    }
}
