import JSONText
import Scenario

/// What is kept of a world that has run.
public struct SweepOutcome: Sendable {
    /// By workload, its metrics.
    public var metrics: JSONObject
    /// Whether every objective of the workloads is attained; nil when none has one.
    public var meetsObjective: Bool?

    public init(metrics: JSONObject, meetsObjective: Bool?) {
        self.metrics = metrics
        self.meetsObjective = meetsObjective
    }
}

/// When a point is given up.
public struct SweepLimits: Sendable, Equatable {
    /// Events that a point may serve; the same on every machine.
    public var maximumEvents: Int?
    /// Seconds that it may take; a guard whose verdict depends on the machine.
    public var timeoutSeconds: Double?
    /// Bytes that the process may keep in memory while it runs; a guard whose verdict depends on the machine and on
    /// what else runs in the process.
    public var maximumMemoryBytes: Int?
    /// Stop a point as soon as an objective of it cannot be attained any more: its result says that, and no metric.
    public var stopsWhenDecided: Bool

    public init(
        maximumEvents: Int? = nil, timeoutSeconds: Double? = nil, maximumMemoryBytes: Int? = nil,
        stopsWhenDecided: Bool = false
    ) {
        self.maximumEvents = maximumEvents
        self.timeoutSeconds = timeoutSeconds
        self.maximumMemoryBytes = maximumMemoryBytes
        self.stopsWhenDecided = stopsWhenDecided
    }
}

/// Runs the points of a plan.
public struct SweepRunner: Sendable {
    /// Sums up a world.
    public typealias Summary = @Sendable (CheckedScenario, World) -> SweepOutcome

    /// The points.
    public let plan: SweepPlan
    /// When a point is given up.
    public let limits: SweepLimits
    private let summary: Summary
    let traces = TraceCache()

    /// Creates a runner; `summary` says what is kept of each world that has run.
    public init(_ plan: SweepPlan, limits: SweepLimits = SweepLimits(), summary: @escaping Summary) {
        self.plan = plan
        self.limits = limits
        self.summary = summary
    }

    /// Looks whether the sweep makes sense before any time is spent: up to eight points, spread over all, are checked.
    /// - Throws: the problems of the first when none of them could run.
    public func check() throws(JSONProblems) {
        var first: JSONProblems?
        let count = min(8, plan.count)
        for probe in 0..<count {
            do {
                _ = try plan.scenario(at: probe * plan.count / count)
                    .checked(variant: plan.specification.variant, traces: traces)
                return
            } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
    }

    /// Runs points, at most `jobs` of them at once, and hands over each as it is done.
    ///
    /// A point is a function of the plan alone: `jobs` changes the order in which results come, and nothing in them.
    /// - Parameters:
    ///   - goesOn: asked before a point is begun; false ends the run after those under way.
    ///   - receive: takes a result, one at a time; the first error ends the run.
    public func run(
        _ points: some Sequence<Int>, jobs: Int, while goesOn: () -> Bool = { true },
        receive: (SweepLine) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: SweepLine.self) { group in
            var rest = points.makeIterator()
            func start() {
                guard goesOn(), let index = rest.next() else { return }
                group.addTask { line(of: index) }
            }
            for _ in 0..<max(1, jobs) { start() }
            while let line = try await group.next() {
                start()
                try receive(line)
            }
        }
    }

    /// The result of a point.
    public func line(of index: Int) -> SweepLine {
        var head = SweepLineHead(index: index, total: plan.count, identifier: hexadecimal(0), status: .failed)
        var rest = JSONObject()
        do {
            let point = try plan.point(at: index)
            rest["seed"] = point.seed.map { .integer(Int64(clamping: $0)) }
            rest["set"] = .object(point.settingsObject)
            rest["engine"] = .string(plan.engineVersion)
            let scenario = try plan.scenario(at: index)
            head.identifier = plan.identifier(of: scenario)
            if rest["seed"] == nil { rest["seed"] = scenario.value["seed"] ?? 1 }
            let checked = try scenario.checked(variant: plan.specification.variant, traces: traces)
            head.status = run(checked, &rest)
        } catch {
            rest["error"] = .string(plan.base.portable("\(error)"))
        }
        return SweepLine(head, rest: rest)
    }

    private func run(_ scenario: CheckedScenario, _ line: inout JSONObject) -> SweepStatus {
        var world = scenario.world()
        let deadline = limits.timeoutSeconds.map { ContinuousClock.now + .seconds($0) }
        var ending = SweepStatus.ok, missed: String?
        // Looking costs as much as the requests are, so that it is done once per so many events.
        let interval = limits.stopsWhenDecided ? max(256, scenario.traces.reduce(0) { $0 + $1.count } / 2) : .max
        world.run { events, world in
            if let most = limits.maximumEvents, events > most {
                ending = .limit
            } else if events % 256 == 0, let deadline, ContinuousClock.now >= deadline {
                ending = .timeout
            } else if let most = limits.maximumMemoryBytes, events % 4096 == 1, ProcessMemory.residentBytes > most {
                ending = .memory
            } else if events % interval == 0 {
                missed = world.missedObjective(scenario)
                if missed != nil { ending = .decided }
            }
            return ending == .ok
        }
        line["cluster"] = .object(scenario.cost.members)
        switch ending {
        case .limit:
            line["error"] = .string("needs more than \(limits.maximumEvents ?? 0) events, the limit of --max-events")
        case .timeout:
            line["error"] = .string("stopped by the clock, as --timeout says; another machine may finish it")
        case .memory:
            line["error"] = .string("stopped because the process held more than --max-memory allows")
        case .decided:
            line["meets_slo"] = false
            line["error"] = .string("stopped at \(Double(world.now / 1_000_000) / 1e3) s: \(missed ?? "")")
        default:
            let outcome = summary(scenario, world)
            line["cluster"] = .object(scenario.cost.members(with: outcome.metrics))
            line["meets_slo"] = outcome.meetsObjective.map { .bool($0) }
            line["metrics"] = .object(outcome.metrics)
        }
        return ending
    }
}
