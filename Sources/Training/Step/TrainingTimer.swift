import EventEngine
import ModelGraph
import Timing

/// Durations of the passes of a training step under one configuration.
///
/// ```swift
/// let timer = TrainingTimer(configuration)
/// let load = TrainingLoad.heaviest(of: lengths, ranks: configuration.parallelism.data)
/// let logProbabilities = timer.times(.forward, heaviestRank: load)
/// let update = timer.times(.update, heaviestRank: load, optimizerSteps: 1)
/// ```
///
/// All copies are as slow as the one with the most tokens.
public struct TrainingTimer: Sendable {
    /// What is timed.
    public let configuration: TrainingConfiguration
    let work: TrainingWork

    /// A timer.
    public init(_ configuration: TrainingConfiguration) {
        self.configuration = configuration
        work = TrainingWork(model: configuration.model)
    }

    /// A pass over a batch.
    /// - Parameters:
    ///   - load: what the data-parallel copy with the most tokens computes.
    ///   - steps: optimizer steps into which an update is divided (mini-batches); gradients are accumulated
    ///     over the micro-batches of each.
    public func times(
        _ pass: TrainingPass, heaviestRank load: TrainingLoad, optimizerSteps steps: Int = 1
    ) -> PassTimes {
        guard load.tokens > 0 else { return PassTimes() }
        switch configuration.speed {
        case .utilisation(let share): return stated(pass, load, share)
        case .operators(let timer): return timed(pass, load, steps, timer)
        }
    }

    /// Micro-batches of one optimizer step on one copy.
    public func microBatches(of load: TrainingLoad, optimizerSteps steps: Int = 1) -> Int {
        let perStep = Double(load.tokens) / Double(steps)
        return max(1, Int((perStep / Double(configuration.microBatchTokens)).rounded(.up)))
    }

    private func modelFlop(_ pass: TrainingPass, _ load: TrainingLoad) -> Double {
        work.modelFlop(pass, load) * Double(configuration.parallelism.data)
    }

    /// `FLOP / (devices x peak x share)`.
    private func stated(_ pass: TrainingPass, _ load: TrainingLoad, _ share: Double) -> PassTimes {
        var times = PassTimes()
        let layout = configuration.parallelism
        let flop = work.executedFlop(pass, load, recompute: configuration.recompute)
        let rate = Double(layout.devices / layout.data) * configuration.peakFlopPerSecond * share
        times.computeNanoseconds = TimeConversion.nanoseconds(fromSeconds: flop / rate)
        times.modelFlop = modelFlop(pass, load)
        return times
    }

    private func timed(
        _ pass: TrainingPass, _ load: TrainingLoad, _ steps: Int, _ timer: OperatorTimer
    ) -> PassTimes {
        let layout = configuration.parallelism
        let count = microBatches(of: load, optimizerSteps: steps)
        let micro = load.divided(by: count * steps)
        let stage = MicroBatchTimer(configuration, timer: timer).times(of: micro)
        var times = PassTimes()
        switch pass {
        case .forward:
            times.computeNanoseconds = rounded(stage.forward) * Int64(count * steps)
            times.bubbleNanoseconds = rounded(stage.forward) * Int64(layout.pipeline - 1)
        case .update:
            times.computeNanoseconds = rounded(stage.update) * Int64(count * steps)
            times.bubbleNanoseconds = Int64(steps) * rounded(configuration.schedule.bubble(
                stages: layout.pipeline, forward: stage.forward, inputBackward: stage.inputBackward,
                weightBackward: stage.weightBackward))
            times.optimizerNanoseconds = Int64(steps) * optimizerNanoseconds
        }
        addSends(&times, pass, micro, passes: count * steps)
        addReplicaCommunication(&times, pass, stage, microBatches: count, steps: steps)
        times.modelFlop = modelFlop(pass, load)
        return times
    }

    /// Activations between stages: one exposed send for each stage of the pipeline's fill, the others hide
    /// behind the next micro-batch.
    private func addSends(_ times: inout PassTimes, _ pass: TrainingPass, _ micro: TrainingLoad, passes: Int) {
        let layout = configuration.parallelism
        guard layout.pipeline > 1 else { return }
        let stride = layout.tensor * layout.context * layout.data
        let bytes = Double(micro.tokens) / Double(layout.context * layout.tensor)
            * Double(configuration.model.hiddenSize) * StepOperators.activationType.bytes
        let links = configuration.links
        let one = rounded(
            bytes / links.bytesPerSecond(ranks: 2, stride: stride) * 1e9 + links.latency(ranks: 2, stride: stride))
        let directions: Int64 = pass == .update ? 2 : 1
        times.exposedCommunicationNanoseconds += directions * Int64(layout.pipeline - 1) * one
        times.hiddenCommunicationNanoseconds += directions * Int64(passes - 1) * one
    }

    private func addReplicaCommunication(
        _ times: inout PassTimes, _ pass: TrainingPass, _ stage: StageTimes, microBatches: Int, steps: Int
    ) {
        let communication = ReplicaCommunication(configuration)
        let parts = communication.parts(pass, stage, microBatches: microBatches)
        times.exposedCommunicationNanoseconds += Int64(steps) * parts.exposed
        times.hiddenCommunicationNanoseconds += Int64(steps) * parts.hidden
    }

    /// The optimizer reads gradients and states and writes states and weights: memory-bound.
    private var optimizerNanoseconds: Int64 {
        let memory = configuration.memory
        let precision = configuration.precision
        let owned = Double(memory.optimizerBytes) / Double(max(1, precision.optimizerBytes))
        let bytes = owned * Double(2 * precision.optimizerBytes + precision.gradientBytes + precision.weightBytes)
        return rounded(bytes / configuration.device.memoryBytesPerSecond.value * 1e9)
    }

    private func rounded(_ nanoseconds: Double) -> Int64 { PortableMath.roundHalfToEven(nanoseconds) }
}

extension TrainingLoad {
    /// An equal part of the load, rounded up to whole tokens.
    func divided(by parts: Int) -> TrainingLoad {
        var part = self
        part.sequences = (sequences + parts - 1) / parts
        part.tokens = (tokens + Int64(parts) - 1) / Int64(parts)
        part.attentionPairs = attentionPairs / Double(parts)
        return part
    }
}
