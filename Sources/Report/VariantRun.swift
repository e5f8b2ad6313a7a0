import JSONText
import ReinforcementLearning
import Scenario
import Scheduling
import Serving
import Studies
import Training

/// One variant that has been run, with its workloads summed up.
public struct VariantRun: Sendable {
    /// The variant's name.
    public var name: String
    /// What was run.
    public var scenario: CheckedScenario
    /// The world at the end of the run.
    public var world: World
    /// Of serving workloads, in the order of their plans.
    public var outcomes: [ServingOutcome]
    /// What its workloads of jobs came to.
    public var scheduling: [SchedulingOutcome]
    /// By workload of jobs: what tenants attain of what they attain alone, where the scenario asks for it.
    public var sharesOfAlone: [SharesOfAlone?]
    /// What its workloads of jobs that divide the cluster came to.
    public var dividing: [DividingOutcome]
    /// Of reinforcement-learning workloads, in the order of their plans.
    public var learning: [ReinforcementLearningOutcome]
    /// Of training workloads, in the order of their plans.
    public var training: [TrainingOutcome]
    /// What it does under drawn parameters, where they were drawn.
    public var drawn: DrawnOutcomes?
    /// What samples of real kernels say of it, where it took any.
    public var sampled: SampledOutcome?

    /// Sums up a world that has run.
    public init(name: String, scenario: CheckedScenario, world: World) {
        self.name = name
        self.scenario = scenario
        self.world = world
        scheduling = world.scheduling.map(\.outcome)
        sharesOfAlone = scenario.jobs.enumerated().map { index, plan in
            plan.comparesAlone ? SharesOfAlone(scenario, world, scheduler: index) : nil
        }
        dividing = world.dividing.map(\.outcome)
        learning = world.learning.map { $0.outcome(world.machine) }
        training = world.training.map(\.outcome)
        outcomes = zip(world.serving, scenario.plans).map { $0.outcome(objective: $1.objective) }
    }

    var json: JSONValue {
        var workloads = JSONObject()
        for workload in scenario.workloads {
            switch workload.kind {
            case .serving: workloads[workload.name] = serving(workload.index)
            case .jobs: workloads[workload.name] = jobs(workload.index)
            case .dividedJobs: workloads[workload.name] = dividedJobs(workload.index)
            case .rl: workloads[workload.name] = learning(workload.index)
            case .training: workloads[workload.name] = training(workload.index)
            }
        }
        return ["workloads": .object(workloads), "simulated_s": .real(seconds(world.now))]
    }

    /// What must come out even, of all workloads.
    public var checks: [ConservationCheck] {
        var checks = outcomes.flatMap(\.checks) + scheduling.flatMap(\.checks)
        checks += dividing.flatMap(\.checks) + learning.flatMap(\.checks)
        for (outcome, plan) in zip(training, scenario.training) { checks += outcome.checks(plan) }
        checks += sharingChecks
        return checks
    }

    /// The metrics of a workload under the names that scripts rely on.
    func metrics(of workload: WorkloadReference) -> JSONObject {
        switch workload.kind {
        case .serving: metrics(outcomes[workload.index], scenario.plans[workload.index])
        case .jobs: jobsMetrics(workload.index)
        case .dividedJobs: metrics(dividing[workload.index])
        case .rl: metrics(learning[workload.index])
        case .training: trainingMetrics(workload.index)
        }
    }

    private func serving(_ index: Int) -> JSONValue {
        let plan = scenario.plans[index]
        var workload: JSONObject = [
            "metrics": .object(metrics(outcomes[index], plan)),
            "intervals": intervals(index),
            "provenance": .object(provenance(plan)),
            "memory": .object(memory(outcomes[index], plan)),
            "links": .array(links),
            "traffic": .object(traffic(scenario.traces[index])),
            "checks": .array((outcomes[index].checks + sharingChecks(servedBy: index)).map(json)),
        ]
        if let sampling = sampling(index) { workload["sampling"] = sampling }
        if let sharing = sharing(servedBy: index) { workload["sharing"] = sharing }
        return .object(workload)
    }

    func json(_ check: ConservationCheck) -> JSONValue {
        [
            "name": .string(check.name), "holds": .bool(check.holds), "expected": .integer(check.expected),
            "found": .integer(check.found),
        ]
    }

    /// Links that carried anything, of all workloads together, in the order of the cluster.
    var links: [JSONValue] {
        let elapsed = world.now
        return world.machine.network.linkStatistics(at: elapsed).filter { $0.bytesCarried > 0 }.map { link in
            [
                "name": .string(link.name), "bytes_per_s": .real(link.bytesPerSecond),
                "bytes": .integer(link.bytesCarried), "utilisation": .real(link.utilisation(over: elapsed)),
                "busy_s": .real(seconds(link.busyNanoseconds)), "peak_flows": .integer(Int64(link.peakFlows)),
            ]
        }
    }
}

func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
