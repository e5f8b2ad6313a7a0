import EventEngine
import Training

/// Samples that are written to the warehouses once and then read by one pass after the other.
struct DataTransfer: Sendable {
    /// Position among all transfers of the workload.
    var ordinal: Int64
    /// Of the samples, all columns.
    var bytes: Int64
    /// Passes that read them.
    var readers: Int
    /// What streamed passes take over these samples, in their order; empty behind a barrier.
    var passes: [(pass: ComputePass, times: PassTimes)] = []
    /// Movements that have ended: the write, then the reads.
    var moved = 0
    /// The movement under way.
    var flow: FlowID?

    /// Whether the next movement is the write.
    var isWriting: Bool { moved == 0 }
}

/// Transfers under way, in the order in which they began, and what training waits for among them.
struct DataTransfers: Sendable {
    private(set) var underWay: [DataTransfer] = []
    private var next: Int64 = 0
    /// Training waits for all before this one, since then.
    var awaited: Int64 = 0
    var awaitedSince: Nanoseconds = 0

    /// Begins one and returns its position.
    mutating func begin(
        bytes: Int64, readers: Int, passes: [(pass: ComputePass, times: PassTimes)] = []
    ) -> Int64 {
        underWay.append(DataTransfer(ordinal: next, bytes: bytes, readers: readers, passes: passes))
        next += 1
        return next - 1
    }

    /// From now on training waits for all that have begun.
    mutating func awaitAll(since now: Nanoseconds) {
        awaited = next
        awaitedSince = now
    }

    /// Whether none that is waited for is under way.
    var isSettled: Bool { underWay.first.map { $0.ordinal >= awaited } ?? true }

    /// Where one lies in `underWay`.
    func index(of ordinal: Int64) -> Int? { underWay.firstIndex { $0.ordinal == ordinal } }

    /// Changes one.
    mutating func update(_ index: Int, _ change: (inout DataTransfer) -> Void) { change(&underWay[index]) }

    /// One has ended.
    mutating func remove(_ index: Int) { underWay.remove(at: index) }
}
