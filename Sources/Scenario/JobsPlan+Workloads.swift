import EventEngine
import Hardware
import JSONText
import Scheduling

extension JSONObjectReader {
    /// `{ "at": …, "workload": "chat", … }`: a job that starts a workload of the scenario.
    func workloadSubmission() -> SubmissionSpecification {
        var job = Job(submit: required("at", .duration()), devices: 1, duration: -1)
        let workload = required("workload", .name)
        let devices = optional("devices", .integer(in: 1...1 << 24))
        for key in ["duration", "device_type", "bundles", "strategy", "tasks"] where has(key) {
            fail(
                at: key, "has no effect on a job that starts a workload",
                remedy: key == "duration"
                    ? "leave it out: it ends when \(workload) ends; what its user thinks is its estimate"
                    : "leave it out: \(workload) says itself which devices it runs on")
            ignore(key)
        }
        job.estimate = optional("estimate", .duration(sign: .positive), default: -1)
        job.priority = Int32(optional("priority", .integer(in: -1_000_000...1_000_000), default: 0))
        job.deadline = optional("deadline", .duration(sign: .positive), default: .max)
        job.isPreemptible = optional("preemptible", .bool, default: true)
        return SubmissionSpecification(
            path: path, name: optional("name", .name), job: job,
            gang: GangSpecification(devices: devices, bundles: [], strategy: .pack),
            tenant: optional("tenant", .name), deviceType: nil, workload: workload)
    }
}

extension JobsBinder {
    /// The workload that a submission starts, with its gang; nil after problems, which are reported.
    func workload(of submission: SubmissionSpecification) -> JobWorkload? {
        guard let name = submission.workload else { return nil }
        guard let template = templates.first(where: { $0.reference.name == name }) else {
            reportUnknown(name, submission)
            return nil
        }
        let gang = template.gang
        if let stated = submission.gang.devices, stated != Int(gang.devices) {
            report(submission, "devices", "\(name) runs on \(words(gang)), not on \(stated)", remedy: "leave it out")
        }
        checkNodes(gang, submission)
        if specification.comparesAlone, case .serving(let serving) = others.first(where: { $0.name == name }),
            !serving.objective.isSet {
            diagnostics.report(
                specification.path.appending(key: "compare_alone"), "counts good requests, and \(name) has no slo",
                remedy: "give it one, such as \"slo\": { \"ttft\": \"2 s\", \"tpot\": \"50 ms\" }")
        }
        if sharesDevices(name) {
            report(
                submission, "workload",
                "\(name) holds devices under time-shared leases, but a scheduler leases them to "
                    + "one job alone", remedy: "leave lease out of \(name), or do not submit it")
        }
        if specification.policy.compatibility != .none {
            report(
                submission, "workload",
                "\(specification.policy.compatibility.rawValue) is there to compare traced jobs",
                remedy: "leave compatibility out of the policy")
        }
        if template.reference.kind == .rl, submission.job.isPreemptible, mayBeTakenOff(submission) {
            report(
                submission, "workload", "reinforcement learning that is taken off its devices cannot go on elsewhere, "
                    + "and this policy may do that to \(name)",
                remedy: "add \"preemptible\": false, so that it keeps its devices to its end")
        }
        return gang
    }

    /// Whether the policy may give its devices to others.
    private func mayBeTakenOff(_ submission: SubmissionSpecification) -> Bool {
        if specification.policy.preemption != .none { return true }
        for case .drain(_, _, .some) in specification.events.map(\.action) { return true }
        guard specification.tenants.contains(where: { $0.tenant.reclaims }) else { return false }
        return specification.tenants.contains { $0.tenant.name == submission.tenant && $0.tenant.mayBorrow }
    }

    private func sharesDevices(_ name: String) -> Bool {
        switch others.first(where: { $0.name == name }) {
        case .serving(let serving): serving.pools.contains { $0.lease.isShared }
        case .rl(let learning): learning.placement.lease.isShared
        case .training, .jobs, .dividedJobs, nil: false
        }
    }

    /// Every part must find nodes that its tenant's jobs may run on.
    private func checkNodes(_ gang: JobWorkload, _ submission: SubmissionSpecification) {
        let own = specification.tenants.first { $0.tenant.name == submission.tenant }?.nodes
        for part in gang.parts {
            let group = cluster.layout.groups[part.group].name
            let owner = specification.tenants.first { $0.nodes == group }?.tenant.name
            if !specification.nodes.contains(group) {
                report(
                    submission, "workload", "\(gang.name) needs devices of \(group), which \(specification.name) does "
                        + "not schedule on", remedy: "add \(group) to its nodes")
            } else if let own, own != group {
                report(
                    submission, "workload", "\(gang.name) needs devices of \(group), but jobs of "
                        + "\(submission.tenant ?? "") run on \(own) alone",
                    remedy: "leave nodes out of the tenant, or place \(gang.name) on \(own)")
            } else if own == nil, let owner {
                report(
                    submission, "workload", "\(gang.name) needs devices of \(group), which belong to \(owner) alone",
                    remedy: "submit it as a job of \(owner)")
            }
        }
    }

    private func reportUnknown(_ name: String, _ submission: SubmissionSpecification) {
        let named = others.first { $0.name == name }
        switch named {
        case .jobs, .dividedJobs:
            report(
                submission, "workload", "\(name) schedules jobs and is none itself",
                remedy: "name a workload of kind serving, rl or training")
        case .serving, .rl, .training: break // Its own problems have been reported.
        case nil:
            let known = others.filter { other in
                switch other {
                case .serving, .rl, .training: true
                case .jobs, .dividedJobs: false
                }
            }.map(\.name)
            let near = Spelling.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
            report(
                submission, "workload", "the scenario has no workload \(name) that a job could start",
                remedy: near ?? (known.isEmpty
                    ? "add one of kind serving, rl or training" : "known are \(known.joined(separator: ", "))"))
        }
    }

    /// `16 devices of a2 and 8 of h20`.
    private func words(_ gang: JobWorkload) -> String {
        var sums: [(group: Int, devices: Int32)] = []
        for part in gang.parts {
            if let index = sums.firstIndex(where: { $0.group == part.group }) {
                sums[index].devices += part.devices
            } else {
                sums.append((part.group, part.devices))
            }
        }
        return sums.enumerated().map { index, sum in
            "\(sum.devices)\(index == 0 ? " devices" : "") of \(cluster.layout.groups[sum.group].name)"
        }.joined(separator: " and ")
    }

    private func report(_ submission: SubmissionSpecification, _ key: String, _ message: String, remedy: String) {
        diagnostics.report(submission.path.appending(key: key), message, remedy: remedy)
    }
}
