import EventEngine

/// Communication that runs on a stream of its own beside the computation that feeds it.
public struct OverlappedCommunication: Sendable, Equatable {
    /// What the computation's end is late by, in nanoseconds.
    public var exposedNanoseconds: Int64
    /// All of the communication, in nanoseconds.
    public var totalNanoseconds: Int64

    /// `count` buckets that become ready one after the other during a computation, the last at its end, and
    /// are sent in order: gradients layer by layer.
    ///
    /// Built as operations on two FIFO streams; equal to `max(c, n c - (n - 1) g)` for a computation of `g`
    /// and a transfer of `c` a bucket.
    /// - Parameters:
    ///   - count: buckets, at least 1.
    ///   - computation: what each bucket takes to become ready, in nanoseconds.
    ///   - transfer: what each bucket takes to be sent.
    public init(buckets count: Int, computation: Int64, transfer: Int64) {
        var compute = FIFOStream(), wire = FIFOStream()
        for _ in 0..<count {
            let ready = compute.enqueue(ready: 0, duration: computation).end
            wire.enqueue(ready: ready, duration: transfer)
        }
        exposedNanoseconds = wire.freeAt - compute.freeAt
        totalNanoseconds = wire.busyNanoseconds
    }

    /// Weights that are fetched one unit ahead of the computation that needs them (fully sharded data parallelism).
    ///
    /// The first fetch is exposed; of every later one what the unit before does not hide.
    public init(prefetched count: Int, computation: Int64, transfer: Int64) {
        var compute = FIFOStream(), wire = FIFOStream()
        var started: Nanoseconds = 0
        for _ in 0..<count {
            // One unit ahead: the next fetch begins when the present unit begins.
            let landed = wire.enqueue(ready: started, duration: transfer).end
            started = compute.enqueue(ready: landed, duration: computation).start
        }
        exposedNanoseconds = compute.freeAt - compute.busyNanoseconds
        totalNanoseconds = wire.busyNanoseconds
    }
}
