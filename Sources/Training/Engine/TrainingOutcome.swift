import EventEngine

/// What a training workload came to.
public struct TrainingOutcome: Sendable, Equatable {
    /// Steps that count at the end: not lost to a failure.
    public var steps = 0
    /// Steps that were computed and lost.
    public var lostSteps = 0
    /// Steps that had not been done when the run ended.
    public var unfinishedSteps = 0
    /// Duration of each step that was completed, in the order of completion, in nanoseconds.
    public var stepNanoseconds: [Nanoseconds] = []
    /// When each of them was done.
    public var stepEnds: [Nanoseconds] = []
    /// From the start to the last thing that it did.
    public var makespan: Nanoseconds = 0
    /// Tokens of the steps that count.
    public var tokens: Int64 = 0
    /// FLOP of the mathematics in steps that count.
    public var modelFlop = 0.0
    /// Checkpoints that were written.
    public var checkpoints = 0
    /// Time in which training waited for a copy to or from the host, in nanoseconds.
    public var copyNanoseconds: Nanoseconds = 0
    /// Bytes that copies of the model sent each other.
    public var exchangedBytes: Int64 = 0
    /// Times it went on after a failure.
    public var restarts = 0
    /// The parts of one step on links that nobody else uses.
    public var step = PassTimes()
    /// Peak bytes of one device by pool, in the order of ``TrainingEngine/pools``.
    public var peakBytes: [Int64] = []
    /// Bytes that a saved state occupies on the fullest host.
    public var hostBytes: Int64 = 0
    /// Why it could not run, where memory ran out.
    public var outOfMemory: OutOfMemory?
}
