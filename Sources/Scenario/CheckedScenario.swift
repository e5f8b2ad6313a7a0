import EventEngine
import Hardware
import JSONText
import Scheduling
import Serving
import TraceFormats

/// A scenario variant that has passed every check: bound to devices, with its requests read.
public struct CheckedScenario: Sendable {
    /// The variant's name.
    public var name: String
    /// All workloads in the order of the scenario, each with its place among those of its kind.
    public var workloads: [WorkloadReference]
    /// The serving workloads.
    public var plans: [ServingPlan]
    /// The requests of each serving workload, in the same order.
    public var traces: [RequestTrace]
    /// The workloads of batch jobs.
    public var jobs: [JobsPlan] = []
    /// The workloads of jobs that divide the cluster.
    public var dividing: [DividingWorkload] = []
    /// The reinforcement-learning workloads.
    public var learning: [ReinforcementLearningPlan] = []
    /// The training workloads.
    public var training: [TrainingPlan] = []
    /// Those of the workloads that jobs start.
    var templates: [WorkloadTemplate] = []
    /// Simulated time after which the run ends; nil: when nothing is left to do.
    public var untilNanoseconds: Int64?
    /// Which steps real kernels run, and at what scale.
    public var sampling: SamplingSpecification
    /// The scenario with the variant merged in, as it was read.
    public var document = JSONValue.null
    /// When devices fail and are repaired, in order of time.
    var changes: [DeviceChange]
    var machine: Machine

    /// A fresh world, at time zero.
    /// - Parameter timeline: records what the world does; the result is the same whatever it records.
    public func world(timeline: TimelineRecorder = .off) -> World {
        var machine = machine
        machine.timeline = timeline
        machine.network.recordsLoads = timeline.records(.step)
        if timeline.records(.step) { machine.cluster.memory.keepTimelines(limit: MemoryRows.samples) }
        return World(self, machine: machine, changes: changes)
    }

    /// The same scenario with one event per decode step: slower, same result; for tests.
    public func steppedWorld() -> World {
        var stepped = self
        for plan in stepped.plans.indices {
            for pool in stepped.plans[plan].configuration.pools.indices {
                stepped.plans[plan].configuration.pools[pool].engine.fastForward = false
            }
        }
        for plan in stepped.learning.indices {
            for pool in stepped.learning[plan].configuration.serving.pools.indices {
                stepped.learning[plan].configuration.serving.pools[pool].engine.fastForward = false
            }
        }
        return stepped.world()
    }
}

extension ScenarioDocument {
    /// Checks a variant completely: text, cluster, placement, memory and traffic.
    /// - Parameter traces: request traces already read, by file and options, so that variants that share
    ///   one read it once.
    /// - Throws: all problems found; what depends on a broken part is not looked at.
    public func checked(
        variant: String = baseName, traces cache: TraceCache = TraceCache()
    ) throws(JSONProblems) -> CheckedScenario {
        let specification = try specification(variant: variant)
        let diagnostics = diagnostics(variant: variant)
        var checked: CheckedScenario
        do {
            checked = CheckedScenario(
                name: specification.name, workloads: [], plans: [], traces: [],
                untilNanoseconds: specification.untilNanoseconds, sampling: specification.sampling, changes: [],
                machine: try Machine(specification.cluster))
        } catch {
            diagnostics.report(["cluster"], "\(error)")
            try diagnostics.check()
            throw JSONProblems([])
        }
        let submitted = submittedWorkloads(of: specification, diagnostics)
        for workload in specification.workloads {
            checked.bind(workload, isSubmitted: submitted.contains(workload.name)) { checked in
                switch workload {
                case .serving(let serving): add(serving, specification.seed, cache, to: &checked, diagnostics)
                case .jobs, .dividedJobs: break
                case .rl(let learning): add(learning, specification.seed, to: &checked, diagnostics)
                case .training(let training): add(training, to: &checked, diagnostics)
                }
            }
        }
        // Jobs find what the others leave.
        for case .jobs(let jobs) in specification.workloads {
            add(jobs, specification, to: &checked, diagnostics)
        }
        for case .dividedJobs(let jobs) in specification.workloads {
            add(jobs, specification, to: &checked, diagnostics)
        }
        let names = specification.workloads.map(\.name)
        checked.workloads.sort { names.firstIndex(of: $0.name) ?? 0 < names.firstIndex(of: $1.name) ?? 0 }
        checked.checkCoreShares(diagnostics)
        checked.document = merged(variant: variant)
        checked.changes = deviceChanges(specification.events, checked.machine.cluster.layout, diagnostics)
        try diagnostics.check()
        return checked
    }

    /// Binds a serving workload and reads its requests.
    private func add(
        _ workload: ServingSpecification, _ seed: UInt64, _ cache: TraceCache, to checked: inout CheckedScenario,
        _ diagnostics: JSONDiagnostics
    ) {
        let binder = ServingBinder(
            specification: workload, seed: seed, diagnostics: diagnostics,
            others: checked.plans.map(\.configuration.name))
        let plan = binder.bind(to: &checked.machine)
        guard let trace = cache.requests(of: workload, seed: seed, diagnostics) else { return }
        checkPrefixBlocks(workload, trace, diagnostics)
        guard let plan else { return }
        checked.workloads.append(
            WorkloadReference(name: workload.name, kind: .serving, index: checked.plans.count))
        checked.plans.append(plan)
        checked.traces.append(trace)
    }

    /// Binds a workload of jobs and reads them.
    private func add(
        _ workload: JobsSpecification, _ scenario: ScenarioSpecification, to checked: inout CheckedScenario,
        _ diagnostics: JSONDiagnostics
    ) {
        var binder = JobsBinder(
            specification: workload, seed: scenario.seed, diagnostics: diagnostics, cluster: checked.machine.cluster)
        if !scenario.events.isEmpty, workload.tenants.contains(where: { !$0.cells.isEmpty }) {
            diagnostics.report(
                ["events"], "guaranteed cells of \(workload.name) do not hold on devices that fail",
                remedy: "leave out the events, or the cells")
        }
        binder.templates = checked.templates
        binder.others = scenario.workloads
        guard let plan = binder.bind() else { return }
        checked.workloads.append(WorkloadReference(name: workload.name, kind: .jobs, index: checked.jobs.count))
        checked.jobs.append(plan)
    }

    /// Binds a workload of jobs that divide the cluster.
    private func add(
        _ workload: DividedJobsSpecification, _ scenario: ScenarioSpecification, to checked: inout CheckedScenario,
        _ diagnostics: JSONDiagnostics
    ) {
        if !scenario.events.isEmpty {
            diagnostics.report(
                ["events"], "\(workload.name) does not hear of devices that fail",
                remedy: "leave the events out, or give it a policy with a queue")
        }
        let others = scenario.workloads.filter { other in
            if case .serving = other { return false }
            return other.name != workload.name
        }
        if let other = others.first {
            diagnostics.report(
                workload.path, "divides all devices that serving leaves, of which \(other.name) needs some, too",
                remedy: "put one of them into a scenario, or a variant, of its own")
        }
        let binder = DividedJobsBinder(
            specification: workload, seed: scenario.seed, diagnostics: diagnostics, cluster: checked.machine.cluster)
        guard let plan = binder.bind() else { return }
        checked.workloads.append(
            WorkloadReference(name: workload.name, kind: .dividedJobs, index: checked.dividing.count))
        checked.dividing.append(plan)
    }

    /// Binds a training workload.
    private func add(
        _ workload: TrainingSpecification, to checked: inout CheckedScenario, _ diagnostics: JSONDiagnostics
    ) {
        let binder = TrainingBinder(specification: workload, diagnostics: diagnostics)
        guard let plan = binder.bind(to: &checked.machine) else { return }
        checked.workloads.append(
            WorkloadReference(name: workload.name, kind: .training, index: checked.training.count))
        checked.training.append(plan)
    }

    /// Binds a reinforcement-learning workload.
    private func add(
        _ workload: ReinforcementLearningSpecification, _ seed: UInt64, to checked: inout CheckedScenario,
        _ diagnostics: JSONDiagnostics
    ) {
        let binder = ReinforcementLearningBinder(
            specification: workload, seed: seed, diagnostics: diagnostics,
            others: checked.learning.map(\.configuration.name))
        guard let plan = binder.bind(to: &checked.machine) else { return }
        checked.workloads.append(
            WorkloadReference(name: workload.name, kind: .rl, index: checked.learning.count))
        checked.learning.append(plan)
    }

    private func checkPrefixBlocks(
        _ workload: ServingSpecification, _ trace: RequestTrace, _ diagnostics: JSONDiagnostics
    ) {
        let block = workload.engine.configuration.blockTokens
        guard workload.engine.configuration.prefixCache,
            !PrefixUnits.fits(traceBlockTokens: trace.blockTokens, blockTokens: block) else { return }
        diagnostics.report(
            workload.path.appending(key: "engine").appending(key: "block_tokens"),
            "blocks of \(block) tokens and the trace's prefix blocks of \(trace.blockTokens) do not divide each other",
            remedy: "use a divisor or a multiple of \(trace.blockTokens), or \"prefix_cache\": false")
    }
}
