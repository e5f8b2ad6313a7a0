import EventEngine
import Hardware
import ModelGraph
import Testing
import Timing

@testable import Training

/// A training workload alone on a cluster, played to its end.
struct TrainingRun {
    var queue = EventQueue()
    var machine: Machine
    var engine: TrainingEngine
    private var announced: UInt64 = 0

    init(_ configuration: TrainingRunConfiguration, node: String = "atlas-800t-a3", nodes: Int = 2) throws {
        machine = try Machine(ClusterSpecification(
            nodeGroups: [NodeGroup(name: "n", node: try NodeType.named(node).resolved(), count: nodes)]))
        engine = TrainingEngine(configuration: configuration, component: 3)
        let devices = (0..<configuration.training.parallelism.devices).map { DeviceID($0) }
        engine.start(on: devices, &queue, &machine)
        announce()
    }

    /// Serves events until `deadline`.
    mutating func run(until deadline: Nanoseconds = .max) {
        while let event = queue.pop(through: deadline) {
            if event.component == 0 {
                if event.b == Int64(bitPattern: machine.network.version) { complete(event.time) }
            } else {
                engine.handle(event, &queue, &machine)
            }
            announce()
        }
    }

    mutating func announce() {
        guard machine.network.version != announced else { return }
        announced = machine.network.version
        guard let next = machine.network.nextCompletion else { return }
        queue.schedule(Event(
            time: max(next, queue.now), component: 0, kind: 0, phase: .transfer, b: Int64(bitPattern: announced)))
    }

    private mutating func complete(_ now: Nanoseconds) {
        var done: [(owner: Int32, token: Int64)] = []
        machine.network.completions(at: now) { done.append(($0, $1)) }
        for flow in done where flow.owner == 3 { engine.flowCompleted(flow.token, at: now, &queue, &machine) }
    }

    var heldBytes: Int64 { machine.cluster.memory.devices.reduce(0) { $0 + $1.usedBytes } }
    var hostBytes: Int64 { machine.cluster.memory.hosts.reduce(0) { $0 + $1.usedBytes } }
}

/// Steps, checkpoints, preemption and failures of a training workload.
@Suite struct TrainingEngineTests {
    private func configuration(
        utilisation: Double? = 0.4, steps: Int = 6, checkpoint: CheckpointPolicy = CheckpointPolicy(),
        tensor: Int = 4, pipeline: Int = 4, devices: Int = 32, sharding: StateSharding = .optimizer
    ) throws -> TrainingRunConfiguration {
        TrainingRunConfiguration(
            name: "pretrain",
            training: try TrainingTimerTests.configuration(
                devices: devices, tensor: tensor, pipeline: pipeline, sharding: sharding, utilisation: utilisation),
            steps: steps, sequencesPerStep: 64, sequenceTokens: 4096, checkpoint: checkpoint)
    }

    /// With a stated utilisation every step is the closed form, and so is the whole.
    @Test func stepsFollowEachOther() throws {
        let configuration = try configuration()
        var run = try TrainingRun(configuration)
        run.run()
        let step = TrainingTimer(configuration.training).times(
            .update, heaviestRank: TrainingLoad(sequences: 32, of: 4096))
        let outcome = run.engine.outcome
        #expect(run.engine.state == .finished)
        #expect(outcome.makespan == 6 * step.totalNanoseconds)
        #expect(outcome.tokens == 6 * 64 * 4096)
        #expect(outcome.steps == 6 && outcome.unfinishedSteps == 0 && outcome.lostSteps == 0)
        #expect(run.heldBytes == 0 && run.hostBytes == 0)
        #expect(outcome.peakBytes.count == 4 && outcome.peakBytes[0] == configuration.training.memory.parameterBytes)
        let utilisation = outcome.modelFlop
            / (Double(outcome.makespan) / 1e9 * 32 * configuration.training.peakFlopPerSecond)
        #expect(abs(utilisation - 0.3) < 1e-3)
    }

    /// On links of its own the flows give what the closed form says, for every kind of sharding.
    @Test(arguments: StateSharding.allCases, [(4, 1), (8, 1), (4, 4)])
    func flowsAgreeWithTheClosedForm(sharding: StateSharding, cut: (tensor: Int, pipeline: Int)) throws {
        // One that fits whatever is sharded.
        var configuration = try configuration(
            utilisation: nil, tensor: cut.tensor, pipeline: cut.pipeline, sharding: sharding)
        configuration.training.model = try ModelDescriptor.named("qwen2.5-7b")
        configuration.training.model.queryHeads = 32
        configuration.training.model.keyValueHeads = 8
        var run = try TrainingRun(configuration)
        run.run()
        let outcome = run.engine.outcome
        #expect(outcome.steps == 6)
        let mean = Double(outcome.stepNanoseconds.reduce(0, +)) / 6
        let closed = Double(outcome.step.totalNanoseconds)
        #expect(abs(mean / closed - 1) < 0.03, "\(mean / closed)")
        #expect(outcome.exchangedBytes > 0)
    }

    /// What else uses the links makes steps longer.
    @Test func contentionMakesStepsLonger() throws {
        let configuration = try configuration(utilisation: nil, tensor: 8, pipeline: 1)
        var alone = try TrainingRun(configuration)
        alone.run()
        var shared = try TrainingRun(configuration)
        let devices = (0..<16).map { DeviceID($0) }, others = (16..<32).map { DeviceID($0) }
        let path = try shared.machine.cluster.path(from: devices, to: others)
        for token in 0..<8 {
            shared.machine.network.start(
                bytesPerLane: 1 << 42, path: path.links, token: Int64(token), owner: 9, at: 0)
        }
        shared.announce()
        shared.run(until: 3_600_000_000_000)
        #expect(shared.engine.outcome.steps == 6)
        #expect(shared.engine.outcome.makespan > alone.engine.outcome.makespan + 100_000_000)
    }

    /// A blocking checkpoint costs its bytes over the host link, an asynchronous one only the last.
    @Test func checkpoints() throws {
        var plain = try TrainingRun(configuration())
        plain.run()
        let blocking = CheckpointPolicy(everySteps: 2)
        var run = try TrainingRun(configuration(checkpoint: blocking))
        let copy = Double(run.engine.savedBytesPerDevice) / 20e9 * 1e9
        run.run()
        #expect(run.engine.outcome.checkpoints == 3)
        let delay = Double(run.engine.outcome.makespan - plain.engine.outcome.makespan)
        #expect(abs(delay / (3 * copy) - 1) < 1e-6)
        #expect(run.engine.outcome.copyNanoseconds == run.engine.outcome.makespan - plain.engine.outcome.makespan)
        let hosts = run.engine.outcome.hostBytes
        #expect(hosts == run.engine.savedBytesPerDevice * 16)
        var asynchronous = try TrainingRun(
            configuration(checkpoint: CheckpointPolicy(everySteps: 2, isAsynchronous: true)))
        asynchronous.run()
        #expect(asynchronous.engine.outcome.checkpoints == 3)
        let late = Double(asynchronous.engine.outcome.makespan - plain.engine.outcome.makespan)
        #expect(abs(late / copy - 1) < 1e-6)
        #expect(run.heldBytes == 0 && run.hostBytes == 0 && asynchronous.hostBytes == 0)
    }

    /// A preempted workload saves what is done, gives its devices back, and goes on where it was.
    @Test func preemptionLosesOnlyTheStepUnderWay() throws {
        var run = try TrainingRun(configuration())
        let step = run.engine.program.computation
        run.run(until: 2 * step + step / 2)
        run.engine.preempt(queue: &run.queue, machine: &run.machine)
        #expect(run.engine.state == .running)
        run.announce()
        run.run()
        #expect(run.engine.state == .preempted)
        #expect(run.heldBytes == 0 && run.hostBytes > 0)
        let pausedAt = run.queue.now
        let lease = try run.machine.cluster.lease((0..<32).map { DeviceID($0) }, owner: "pretrain")
        run.engine.resume(on: lease, queue: &run.queue, machine: &run.machine)
        run.announce()
        run.run()
        let outcome = run.engine.outcome
        #expect(run.engine.state == .finished)
        #expect(outcome.steps == 6 && outcome.lostSteps == 0 && outcome.stepNanoseconds.count == 6)
        let load = Double(run.engine.savedBytesPerDevice) / 20e9 * 1e9
        #expect(abs(Double(run.queue.now - pausedAt) / (load + Double(4 * step)) - 1) < 1e-6)
        #expect(run.heldBytes == 0 && run.hostBytes == 0)
    }

    /// A failure loses the steps since the last checkpoint; the repair brings it back.
    @Test func failureLosesWhatWasNotSaved() throws {
        var run = try TrainingRun(configuration(checkpoint: CheckpointPolicy(everySteps: 2)))
        let step = run.engine.program.computation
        // The third step is done after the first checkpoint.
        run.run(until: 4 * step)
        #expect(run.engine.outcome.steps == 3)
        run.engine.deviceFailed(DeviceID(5), at: run.queue.now, &run.queue, &run.machine)
        #expect(run.engine.state == .stopped && run.heldBytes == 0)
        #expect(run.engine.outcome.steps == 2 && run.engine.outcome.lostSteps == 1)
        run.announce()
        run.run()
        run.engine.deviceRepaired(DeviceID(5), at: run.queue.now, &run.queue, &run.machine)
        run.announce()
        run.run()
        let outcome = run.engine.outcome
        #expect(run.engine.state == .finished)
        #expect(outcome.steps == 6 && outcome.restarts == 1 && outcome.lostSteps == 1)
        #expect(outcome.stepNanoseconds.count == 6)
        #expect(run.heldBytes == 0)
    }

    /// 32 billion weights with all their states do not fit on 16 dies without sharding; the result says who asked.
    @Test func memoryThatDoesNotSuffice() throws {
        let run = try TrainingRun(configuration(tensor: 4, pipeline: 1, devices: 16, sharding: .none))
        #expect(run.engine.state == .stopped)
        let cause = try #require(run.engine.outcome.outOfMemory)
        #expect(cause.ledger == "n/0/0")
        #expect(cause.pool.hasPrefix("pretrain "))
        #expect(run.heldBytes == 0)
    }

    /// A stopped workload leaves nothing behind and ignores what was under way.
    @Test func stopping() throws {
        var run = try TrainingRun(configuration(utilisation: nil, checkpoint: CheckpointPolicy(everySteps: 1)))
        run.run(until: run.engine.program.computation + 10_000_000)
        run.engine.stop(queue: &run.queue, machine: &run.machine)
        run.announce()
        run.run()
        #expect(run.engine.state == .stopped && run.heldBytes == 0 && run.hostBytes == 0)
        #expect(run.machine.network.linkStatistics(at: run.queue.now).allSatisfy { $0.activeFlows == 0 })
    }
}
