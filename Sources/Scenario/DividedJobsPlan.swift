import EventEngine
import Hardware
import JSONText
import Scheduling
import TraceFormats

/// Makes a workload that divides the cluster of its specification.
struct DividedJobsBinder {
    let specification: DividedJobsSpecification
    let seed: UInt64
    let diagnostics: JSONDiagnostics
    let cluster: Cluster

    private var groups: [String] { cluster.layout.groups.map(\.name) }

    /// The workload; nil after problems, which are reported.
    func bind() -> DividingWorkload? {
        let before = diagnostics.problems.count
        var workload: DividingWorkload?
        switch specification.policy {
        case .rounds(let policy, let configuration, let fraction):
            let jobs = sorted(tracedRounds() + submittedRounds(), by: \.submitted)
            workload = .rounds(
                RoundWorkload(
                    name: specification.name, seed: seed, configuration: configuration,
                    policy: policy.make(
                        fraction: fraction, random: RandomStream(seed: seed, name: "\(specification.name)/policy")),
                    jobs: jobs))
        case .elastic(let policy, let interval, let restart):
            workload = .elastic(
                ElasticWorkload(
                    name: specification.name, interval: interval, restart: restart, policy: policy.make(),
                    jobs: sorted(tracedElastic() + submittedElastic(), by: \.submitted)))
        case .fractions(let policy, let skips, let hosts):
            workload = .fractions(
                FractionalWorkload(
                    name: specification.name, seed: seed, policy: policy, skipsBlocked: skips,
                    tasks: sorted(tracedTasks() + submittedTasks(), by: \.submitted), hosts: resources(hosts)))
        }
        return diagnostics.problems.count == before ? workload : nil
    }

    private func sorted<Element>(_ list: [Element], by time: KeyPath<Element, Nanoseconds>) -> [Element] {
        list.indices.sorted { (list[$0][keyPath: time], $0) < (list[$1][keyPath: time], $1) }.map { list[$0] }
    }

    private func name(_ submission: DividedJobsSpecification.Submission, _ index: Int) -> String {
        submission.name ?? "submit/\(index)"
    }

    private func report(_ error: any Error, _ key: String) {
        let path = specification.traffic?.path ?? specification.path
        diagnostics.report(path.appending(key: key), "\(error)")
    }

    private func tracedRounds() -> [RoundJob] {
        guard let traffic = specification.traffic, let file = traffic.throughputs else { return [] }
        let table: ThroughputTable
        do { table = try ThroughputTable(path: file) } catch {
            report(error, "throughputs")
            return []
        }
        for group in groups where !table.kinds.contains(group) {
            diagnostics.report(
                traffic.path.appending(key: "throughputs"), "the table knows no kind \(group)",
                remedy: "name node groups after kinds of the table: \(table.kinds.joined(separator: ", "))")
        }
        do {
            let jobs = try GavelTrace.read(path: traffic.trace).prefix(traffic.maximumJobs ?? .max)
            return try jobs.enumerated().map { try RoundJob($1, name: "\($0)", kinds: groups, table: table) }
        } catch {
            report(error, "trace")
            return []
        }
    }

    private func submittedRounds() -> [RoundJob] {
        specification.submissions.enumerated().compactMap { index, submission in
            guard case .steps(let steps, let devices, let weight, let rates) = submission.work else { return nil }
            let stage = RoundJob.Stage(
                steps: steps,
                stepsPerSecond: groups.map { group in rates.first { $0.group == group }?.rate ?? 0 })
            return RoundJob(
                name: name(submission, index), submitted: submission.at, gang: devices, weight: weight, stages: [stage])
        }
    }

    private func tracedElastic() -> [ElasticJob] {
        guard let traffic = specification.traffic, let folder = traffic.steps else { return [] }
        do {
            let workload = try PolluxFormat.workload(path: traffic.trace).prefix(traffic.maximumJobs ?? .max)
            var steps: [String: [PolluxFormat.Step]] = [:]
            for application in Set(workload.map(\.application)).sorted() {
                guard PolluxWorkload.applications[application] != nil else {
                    diagnostics.report(
                        traffic.path.appending(key: "trace"), "no constants of the application \(application)",
                        remedy: "known are \(PolluxWorkload.applications.keys.sorted().joined(separator: ", "))")
                    return []
                }
                steps[application] = try ["placements", "scalability"].flatMap {
                    try PolluxFormat.steps(path: "\(folder)/\(application)/\($0).csv")
                }
            }
            return PolluxWorkload.jobs(
                Array(workload), steps: steps, noise: traffic.noise, upTo: cluster.layout.deviceCount)
        } catch {
            report(error, "trace")
            return []
        }
    }

    private func submittedElastic() -> [ElasticJob] {
        specification.submissions.enumerated().compactMap { index, submission in
            guard case .units(let units, let speeds, let deadline) = submission.work else { return nil }
            return ElasticJob(
                name: name(submission, index), submitted: submission.at, work: units, speeds: [0] + speeds,
                deadline: deadline)
        }
    }

    private func tracedTasks() -> [FractionalTask] {
        guard let traffic = specification.traffic else { return [] }
        do {
            let pods = try OpenBFormat.pods(path: traffic.trace).prefix(traffic.maximumJobs ?? .max)
            // Pods that the traced cluster never scheduled have no duration.
            return pods.compactMap { pod in
                guard let created = pod.created, let scheduled = pod.scheduled, let deleted = pod.deleted,
                    deleted > scheduled
                else { return nil }
                return FractionalTask(
                    name: pod.name, submitted: created * 1_000_000_000, duration: (deleted - scheduled) * 1_000_000_000,
                    request: OpenB.request(pod, models: groups))
            }
        } catch {
            report(error, "trace")
            return []
        }
    }

    private func submittedTasks() -> [FractionalTask] {
        specification.submissions.enumerated().compactMap { index, submission in
            guard case .time(let duration, var request, let accepted) = submission.work else { return nil }
            request.models = groups.indices.reduce(0) { accepted.contains(groups[$1]) ? $0 | 1 << UInt64($1) : $0 }
            return FractionalTask(
                name: name(submission, index), submitted: submission.at, duration: duration, request: request)
        }
    }

    private func resources(_ hosts: [DividedJobsSpecification.Host]) -> HostResources? {
        guard !hosts.isEmpty else { return nil }
        let byGroup = groups.map { group in hosts.first { $0.group == group } }
        return HostResources(
            cpuMilli: byGroup.map { $0?.cpuMilli ?? 0 }, memoryBytes: byGroup.map { $0?.memoryBytes ?? 0 })
    }
}
