import EventEngine
import Timing

/// A training step as the engine plays it: a computation, what is sent beside it, the optimizer.
struct TrainingStepProgram: Sendable {
    /// All passes with bubbles and sends between stages, in nanoseconds.
    var computation: Nanoseconds
    /// The end of the computation during which gradients become ready.
    var window: Nanoseconds
    /// The optimizer's update.
    var optimizer: Nanoseconds
    /// Bytes that each rank sends while the computation runs, from its beginning: gathered weights.
    var earlyBytes: Int64
    /// Bytes that each rank sends from the beginning of the window: gradients, all buckets but the last.
    var windowBytes: Int64
    /// The last bucket, which nothing hides.
    var lastBytes: Int64
    /// FLOP of the mathematics over all devices.
    var modelFlop: Double
    /// The parts, communication as the closed form has it on free links.
    var closedForm: PassTimes

    init(_ run: TrainingRunConfiguration) {
        let timer = TrainingTimer(run.training)
        let load = run.load
        closedForm = timer.times(.update, heaviestRank: load)
        modelFlop = closedForm.modelFlop * Double(run.tokensPerStep)
            / (Double(load.tokens) * Double(run.training.parallelism.data))
        let replica = timer.replicaTraffic(of: load)
        optimizer = closedForm.optimizerNanoseconds
        computation = closedForm.totalNanoseconds - optimizer - replica.exposed
        window = min(computation, replica.window)
        earlyBytes = replica.earlyBytes
        lastBytes = replica.gradientBytes / Int64(max(1, replica.buckets))
        windowBytes = replica.gradientBytes - lastBytes
        if !run.training.overlapsCommunication {
            lastBytes += windowBytes + earlyBytes
            (windowBytes, earlyBytes) = (0, 0)
        }
    }
}

/// What copies of a model send in a step, and when it is ready.
struct ReplicaTraffic: Sendable, Equatable {
    /// Exposed communication of the closed form, in nanoseconds.
    var exposed: Nanoseconds = 0
    /// Backward pass of the last micro-batch, in nanoseconds.
    var window: Nanoseconds = 0
    /// Bytes of gradients that each rank sends.
    var gradientBytes: Int64 = 0
    /// Bytes of weights that each rank sends.
    var earlyBytes: Int64 = 0
    /// Parts in which gradients go.
    var buckets = 1
}

extension TrainingTimer {
    /// The traffic of one update; none with a stated utilisation, which has it inside, or a single copy.
    func replicaTraffic(of load: TrainingLoad) -> ReplicaTraffic {
        guard case .operators(let timer) = configuration.speed, configuration.parallelism.replicas > 1 else {
            return ReplicaTraffic()
        }
        let count = microBatches(of: load)
        let stage = MicroBatchTimer(configuration, timer: timer).times(of: load.divided(by: count))
        let communication = ReplicaCommunication(configuration)
        var traffic = ReplicaTraffic()
        traffic.exposed = communication.parts(.update, stage, microBatches: count).exposed
        traffic.window = PortableMath.roundHalfToEven(stage.inputBackward + stage.weightBackward)
        traffic.buckets = communication.buckets
        let precision = configuration.precision
        let gradients = communication.sentBytes(bytesPerWeight: precision.gradientBytes)
        let weights = communication.sentBytes(bytesPerWeight: precision.weightBytes)
        switch configuration.sharding {
        case .none: traffic.gradientBytes = 2 * gradients
        case .optimizer, .gradients:
            traffic.gradientBytes = gradients
            traffic.earlyBytes = weights
        case .parameters:
            traffic.gradientBytes = gradients
            traffic.earlyBytes = Int64(2 * count) * weights + Int64(count - 1) * gradients
        }
        return traffic
    }
}
