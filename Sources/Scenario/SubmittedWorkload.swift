import EventEngine
import Hardware
import ReinforcementLearning
import Scheduling
import TraceFormats

/// A workload that a job of a scheduler starts, while the world runs.
struct SubmittedWorkload: Sendable {
    /// Where it stands.
    enum Stage: Sendable {
        /// Its job waits for devices, for the first time or again.
        case waiting
        /// Its job has devices, and pays for its restart.
        case paying
        /// It runs on them.
        case running
        /// It has given them back.
        case ended
    }

    var template: WorkloadTemplate
    /// The plan of a workload of reinforcement learning, whose engine is made when its devices are known.
    var learning: ReinforcementLearningPlan?
    /// Devices of a serving workload's replicas on the template.
    var replicas: [[DeviceID]]
    /// The scheduler that has its job, as an index, the job, and when that is submitted; -1 where nobody submits it.
    var scheduler: Int
    var job: Int32
    var submit: Nanoseconds
    var stage = Stage.waiting
    var hasStarted = false
    /// Its latest devices, in the order of its gang.
    var devices: [DeviceID] = []
    /// Counts its leases, so that a restart that was cut short is known.
    var generation: Int64 = 0

    /// Whether it is this one of its kind.
    func isOf(_ kind: WorkloadKind, _ index: Int) -> Bool {
        template.reference.kind == kind && template.reference.index == index
    }

    /// All of a scenario, in the order of its workloads.
    static func all(of scenario: CheckedScenario) -> [SubmittedWorkload] {
        scenario.templates.map { template in
            let index = template.reference.index
            var workload = SubmittedWorkload(
                template: template, learning: template.reference.kind == .rl ? scenario.learning[index] : nil,
                replicas: template.reference.kind == .serving ? scenario.plans[index].replicas : [],
                scheduler: -1, job: -1, submit: 0)
            for (scheduler, plan) in scenario.jobs.enumerated() {
                let list = plan.configuration.list
                guard let job = list.jobs.indices.first(where: {
                    list.workloads[$0]?.name == template.reference.name
                }) else { continue }
                (workload.scheduler, workload.job) = (scheduler, Int32(job))
                workload.submit = list.jobs[job].submit
            }
            return workload
        }
    }
}

extension CheckedScenario {
    /// The requests of a serving workload on the clock of the run. Those of one that a job starts come from its
    /// submission on, whether it has devices or not.
    func arrivals(of index: Int) -> RequestTrace {
        guard !templates.isEmpty,
            let submitted = SubmittedWorkload.all(of: self).first(where: { $0.isOf(.serving, index) }),
            submitted.submit > 0 else { return traces[index] }
        var trace = traces[index]
        for request in trace.arrivalNanoseconds.indices { trace.arrivalNanoseconds[request] += submitted.submit }
        return trace
    }
}
