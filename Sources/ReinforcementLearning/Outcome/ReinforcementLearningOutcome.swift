import EventEngine
import Hardware
import Metrics
import Serving

/// Why devices of a side stood idle, as shares of its device time; with the busy share they sum to 1.
public struct IdleShares: Sendable, Equatable {
    /// Computing.
    public var busy = 0.0
    /// Waiting for the other side: responses, rewards, the next weights.
    public var dependency = 0.0
    /// Generating with replicas that have run dry, or with nothing to compute for the moment.
    public var tail = 0.0
    /// Copies between device and host, and switches.
    public var swap = 0.0
    /// New weights on their way.
    public var sync = 0.0

    /// All but busy.
    public var bubble: Double { 1 - busy }

    public init() {}
}

/// What a workload did in the steps that count, those after the warm-up.
public struct ReinforcementLearningOutcome: Sendable {
    /// Steps that were done, the warm-up included.
    public var steps = 0
    /// Steps that were done after the warm-up.
    public var countedSteps = 0
    /// Steps were to be done, all of them were, and nothing ran out of memory.
    public var isFeasible = false
    /// Why the run ended early; nil if it did not.
    public var failure: RunFailure?
    /// Duration of the counted steps, in seconds.
    public var stepTime: Distribution?
    /// Mean time of each ``StepPhase``, in seconds.
    public var phases: [Double] = []
    /// All devices that the workload holds.
    public var devices = 0
    /// Devices that train.
    public var trainDevices = 0
    /// Devices that generate when all do.
    public var rolloutDevices = 0
    /// Time of the counted steps.
    public var seconds = 0.0
    /// Samples trained on in the counted steps.
    public var samples = 0
    /// Prompt tokens trained on, each sample's prompt counted.
    public var promptTokens: Int64 = 0
    /// Response tokens trained on.
    public var responseTokens: Int64 = 0
    /// Time from the first prompt to the last response of each step, summed.
    public var generationSeconds = 0.0
    /// The part of it after nine tenths of the responses were done, summed.
    public var tailSeconds = 0.0
    /// Time of update passes, summed.
    public var updateSeconds = 0.0
    /// Time in which training devices computed, summed.
    public var trainBusySeconds = 0.0
    /// Model FLOP of training over busy time, training devices and their peak (MFU).
    public var trainUtilisation = 0.0
    /// Model FLOP of training and generation over the whole time, all devices and their peak.
    public var totalUtilisation = 0.0
    /// Idle time of pipeline stages within the busy time of training, were they alone.
    public var pipelineBubbleSeconds = 0.0
    /// Time that passes took longer because others computed on the same devices.
    public var slowedSeconds = 0.0
    /// Why training devices stood idle.
    public var train = IdleShares()
    /// Why generating devices stood idle.
    public var rollout = IdleShares()
    /// Idle share of all devices.
    public var bubble = 0.0
    /// What the rollout engine did in the whole run, the warm-up included.
    public var rolloutUse = EmbeddedUse()
    /// Sequence slots used, of those that the steps of the busiest replica offered on all of them.
    public var slotUtilisation = 0.0
    /// How old the trained samples and tokens were, in versions of the weights.
    public var staleness = StalenessHistogram()
    /// Share of the trained samples that have tokens of more than one version.
    public var partialRatio = 0.0
    /// Most versions between two tokens of one sample.
    public var longestSpan = 0
    /// Tokens of the longest response.
    public var longestResponse = 0
    /// Tokens of the longest response of each step over the time from its prompt's start to its end.
    public var longestTokensPerSecond = 0.0
    /// By ``ComputePass``, per step: time that no generation hides, in seconds.
    public var exposed: [Double] = []
    /// Packages of devices: what is bought and plugged.
    public var cards = 0.0
    /// Packages of the devices that train.
    public var trainCards = 0.0
    /// Packages of the devices that generate, lent ones included.
    public var rolloutCards = 0.0
    /// Counts over the whole run, the warm-up included.
    public var counts = RunCounts()
    /// Bytes of weights moved to generation, over all lanes.
    public var weightBytes: Int64 = 0
    /// Most bytes held at once on one training device.
    public var peakTrainBytes: Int64 = 0
    /// Most bytes held at once on one generating device.
    public var peakRolloutBytes: Int64 = 0
    /// Most bytes of host memory in use at once, by node.
    public var hostPeaks: [(node: Int, bytes: Int64)] = []
    /// What a device costs an hour; nil where no price is stated.
    public var pricePerDeviceHour: Double?
    /// What must come out even; empty for a run that was cut.
    public var checks: [ConservationCheck] = []

    /// Prompt and response tokens trained on, per second and device.
    public var tokensPerSecondPerDevice: Double {
        seconds > 0 ? Double(promptTokens + responseTokens) / seconds / Double(max(1, devices)) : 0
    }
    /// Response tokens per second of generation and generating device.
    public var rolloutTokensPerSecondPerDevice: Double {
        generationSeconds > 0 ? Double(responseTokens) / generationSeconds / Double(max(1, rolloutDevices)) : 0
    }
    /// Tokens per second of update passes and training device.
    public var updateTokensPerSecondPerDevice: Double {
        updateSeconds > 0 ? Double(promptTokens + responseTokens) / updateSeconds / Double(max(1, trainDevices)) : 0
    }
    /// Device seconds for a thousand samples trained on.
    public var deviceSecondsPerThousandSamples: Double {
        samples > 0 ? seconds * Double(devices) / Double(samples) * 1000 : 0
    }
    /// What a thousand samples cost, where a price is known.
    public var costPerThousandSamples: Double? {
        pricePerDeviceHour.map { $0 * deviceSecondsPerThousandSamples / 3600 }
    }
}

extension ReinforcementLearningEngine {
    /// Records of all steps that were done, the warm-up among them.
    public var stepRecords: [StepRecord] { records }

    /// Memory of one training device and of one generating device, part by part over time.
    public var memoryTimelines: (train: MemoryLedger, rollout: MemoryLedger) { (memory.train, memory.rollout) }

    /// Sums up the run.
    public func outcome(_ machine: Machine) -> ReinforcementLearningOutcome {
        var outcome = ReinforcementLearningOutcome()
        let counted = records.dropFirst(min(configuration.warmupSteps, records.count))
        outcome.steps = records.count
        outcome.countedSteps = counted.count
        outcome.failure = failure
        outcome.isFeasible = failure == nil && records.count == configuration.steps
        outcome.devices = configuration.placement.deviceCount
        outcome.trainDevices = configuration.placement.trainDevices.count
        outcome.rolloutDevices = configuration.placement.rolloutDeviceCount
        outcome.cards = configuration.placement.cards
        outcome.trainCards = configuration.placement.trainCards
        outcome.rolloutCards = configuration.placement.rolloutCards
        outcome.stepTime = Distribution(nanoseconds: counted.map(\.duration))
        sum(Array(counted), &outcome)
        outcome.counts = counts
        outcome.rolloutUse = rollout.use
        outcome.peakTrainBytes = memory.train.peakBytes
        outcome.peakRolloutBytes = memory.rollout.peakBytes
        outcome.hostPeaks = memory.hostPeaks(machine)
        outcome.pricePerDeviceHour = configuration.placement.pricePerDeviceHour
        outcome.checks = checks(machine)
        return outcome
    }

    private func sum(_ counted: [StepRecord], _ outcome: inout ReinforcementLearningOutcome) {
        guard !counted.isEmpty else { return }
        let count = Double(counted.count)
        func total(_ value: (StepRecord) -> Nanoseconds) -> Double {
            TimeConversion.seconds(counted.reduce(0) { $0 + value($1) })
        }
        outcome.phases = StepPhase.allCases.map { phase in total { $0.time(of: phase) } / count }
        outcome.seconds = total(\.duration)
        outcome.samples = counted.reduce(0) { $0 + $1.samples }
        outcome.promptTokens = counted.reduce(0) { $0 + $1.promptTokens }
        outcome.responseTokens = counted.reduce(0) { $0 + $1.responseTokens }
        outcome.generationSeconds = total(\.generationNanoseconds)
        outcome.tailSeconds = total(\.tailNanoseconds)
        outcome.updateSeconds = total(\.updateNanoseconds)
        outcome.trainBusySeconds = total(\.trainBusy)
        outcome.pipelineBubbleSeconds = total(\.pipelineBubble)
        outcome.slowedSeconds = total(\.slowedNanoseconds)
        outcome.weightBytes = counted.reduce(0) { $0 + $1.weightBytes }
        outcome.longestResponse = counted.map(\.longestResponse).max() ?? 0
        let longest = total(\.longestNanoseconds)
        let tokens = counted.reduce(0) { $0 + $1.longestResponse }
        outcome.longestTokensPerSecond = longest > 0 ? Double(tokens) / longest : 0
        outcome.exposed = ComputePass.allCases.map { pass in total { $0.exposed[pass.rawValue] } / count }
        outcome.longestSpan = counted.map(\.longestSpan).max() ?? 0
        let partial = counted.reduce(0) { $0 + $1.partialSamples }
        outcome.partialRatio = Double(partial) / Double(max(1, outcome.samples))
        for record in counted { outcome.staleness.add(record.staleness) }
        addUtilisation(counted, &outcome)
        addIdleShares(counted, &outcome)
    }

    private func addUtilisation(_ counted: [StepRecord], _ outcome: inout ReinforcementLearningOutcome) {
        let peak = configuration.peakFlopPerSecond
        guard peak > 0 else { return }
        let trained = counted.reduce(0.0) { $0 + $1.modelFlop }
        let trainTime = outcome.trainBusySeconds * Double(outcome.trainDevices)
        if trainTime > 0 { outcome.trainUtilisation = trained / trainTime / peak }
        let generated = counted.reduce(0.0) {
            $0 + Double($1.use.decodeTokens + $1.use.prefillTokens) * configuration.forwardFlopPerToken
        }
        outcome.totalUtilisation = (trained + generated) / (outcome.seconds * Double(outcome.devices)) / peak
        let steps = counted.reduce(Int64(0)) { $0 + $1.use.longestSteps }
        let slots = Double(steps) * Double(configuration.placement.replicas.count)
            * Double(configuration.serving.pools.first?.engine.maximumSequences ?? 1)
        let decoded = counted.reduce(Int64(0)) { $0 + $1.use.decodeTokens }
        if slots > 0 { outcome.slotUtilisation = Double(decoded) / slots }
    }

    private func addIdleShares(_ counted: [StepRecord], _ outcome: inout ReinforcementLearningOutcome) {
        let time = outcome.seconds
        guard time > 0 else { return }
        let own = Double(max(1, outcome.rolloutDevices))
        let generating = TimeConversion.seconds(counted.reduce(0) { $0 + $1.use.busyDeviceNanoseconds }) / own
        func phase(_ phase: StepPhase) -> Double { outcome.phases[phase.rawValue] * Double(counted.count) }
        let sync = phase(.weightSync)
        let waited = phase(.rollout) + phase(.wait) + phase(.reward)
        let streamed = TimeConversion.seconds(counted.reduce(0) { $0 + $1.streamedNanoseconds })
        var train = IdleShares(), rollout = IdleShares()
        if configuration.placement.mode == .cocard {
            train.busy = (outcome.trainBusySeconds + generating) / time
            train.tail = max(0, outcome.generationSeconds - generating) / time
            train.dependency = max(0, waited - outcome.generationSeconds) / time
            train.swap = max(0, 1 - train.busy - train.tail - train.dependency)
            outcome.train = train
            outcome.rollout = train
            outcome.bubble = train.bubble
            return
        }
        train.busy = outcome.trainBusySeconds / time
        train.sync = sync / time
        train.dependency = max(0, waited - streamed) / time
        train.swap = max(0, 1 - train.busy - train.sync - train.dependency)
        rollout.busy = generating / time
        rollout.sync = min(sync / time, 1 - rollout.busy)
        rollout.tail = min(max(0, outcome.generationSeconds - generating) / time, 1 - rollout.busy - rollout.sync)
        rollout.dependency = max(0, 1 - rollout.busy - rollout.tail - rollout.sync)
        outcome.train = train
        outcome.rollout = rollout
        let trainDevices = Double(outcome.trainDevices)
        let busy = outcome.trainBusySeconds * trainDevices + generating * own
        outcome.bubble = 1 - busy / (time * Double(outcome.devices))
    }

    /// What must hold at the end of any run that was not cut.
    private func checks(_ machine: Machine) -> [ConservationCheck] {
        guard failure == nil, records.count == configuration.steps else { return [] }
        let phases = records.reduce(Int64(0)) { $0 + $1.phases.reduce(0, +) }
        let times = records.reduce(Int64(0)) { $0 + $1.duration }
        var list = [
            ConservationCheck(name: "phases_of_steps", expected: times, found: phases),
            ConservationCheck(name: "memory_held", expected: 0, found: memory.heldBytes(machine)),
            ConservationCheck(name: "kv_blocks_held", expected: 0, found: Int64(rollout.heldBlocks)),
            ConservationCheck(
                name: "groups", expected: startedGroups,
                found: consumedGroups + Int64(counts.filteredGroups + counts.droppedGroups + unfinishedGroups)),
        ]
        if configuration.times.fixed == nil {
            list.append(ConservationCheck(
                name: "response_tokens", expected: rollout.use.decodeTokens, found: counts.generatedTokens))
        }
        return list
    }

    /// Groups that were under way when the last step ended.
    private var unfinishedGroups: Int {
        groups.count { $0.stage != .free && $0.stage != .consumed }
    }
}
