import Hardware
import JSONText
import Scheduling

extension CheckedScenario {
    /// Whether a job starts a workload, so that it has no devices of its own at time zero.
    public func isSubmitted(_ kind: WorkloadKind, _ index: Int) -> Bool {
        templates.contains { $0.reference.kind == kind && $0.reference.index == index }
    }

    /// Binds a workload: one that a job starts to an empty cluster, of which nothing is kept but where it lies.
    mutating func bind(
        _ workload: WorkloadSpecification, isSubmitted: Bool, _ add: (inout CheckedScenario) -> Void
    ) {
        guard isSubmitted, let empty = try? Machine(machine.cluster.specification) else { return add(&self) }
        let real = machine, before = workloads.count
        machine = empty
        add(&self)
        machine = real
        guard workloads.count > before, let reference = workloads.last else { return }
        let layout = machine.cluster.layout
        let pieces: [(devices: [DeviceID], unit: Int)]
        switch reference.kind {
        case .serving: pieces = plans[reference.index].pieces
        case .training: pieces = training[reference.index].pieces
        case .rl:
            let plan = learning[reference.index]
            let node = plan.configuration.placement.trainDevices.first.map { layout.node(of: $0) }
            pieces = plan.pieces(devicesPerNode: node.map { layout.descriptor(of: $0).devicesPerNode } ?? 1)
        case .jobs, .dividedJobs: return
        }
        templates.append(WorkloadTemplate(reference, pieces: pieces, layout))
    }
}

extension ScenarioDocument {
    /// Names of all workloads that jobs start; a name that two of them start is reported.
    func submittedWorkloads(of scenario: ScenarioSpecification, _ diagnostics: JSONDiagnostics) -> [String] {
        var names: [String] = []
        for case .jobs(let jobs) in scenario.workloads {
            for submission in jobs.submissions {
                guard let name = submission.workload else { continue }
                if names.contains(name) {
                    diagnostics.report(
                        submission.path.appending(key: "workload"), "\(name) is submitted already",
                        remedy: "a workload runs once: give the scenario another one under another name")
                }
                names.append(name)
            }
        }
        return names
    }
}
