/// Something that does one thing after the other: a device's stream, a copy engine, a host thread.
///
/// A stream needs no event of its own. Since it serves strictly in the order of `enqueue`, the end
/// of an operation is known the moment it is enqueued:
///
/// ```swift
/// var stream = FIFOStream()
/// stream.enqueue(ready: 10, duration: 5)   // (start: 10, end: 15)
/// stream.enqueue(ready: 11, duration: 5)   // (start: 15, end: 20): waits for the first
/// ```
///
/// Operations never overlap. What may start earlier than something enqueued before it (because its
/// inputs are ready first) belongs on another stream; this one does not overtake.
@frozen public struct FIFOStream: Equatable, Sendable {
    /// When everything enqueued so far has ended; zero at first.
    public private(set) var freeAt: Nanoseconds = 0
    /// The sum of all durations enqueued so far.
    public private(set) var busyNanoseconds: Nanoseconds = 0

    /// A stream that is free from time zero.
    @inlinable public init() {}

    /// Appends an operation and returns when it starts and ends.
    /// - Parameters:
    ///   - ready: the instant from which it could start: its inputs are done and it is launched.
    ///   - duration: how long it occupies the stream, not negative.
    @discardableResult
    public mutating func enqueue(
        ready: Nanoseconds, duration: Nanoseconds
    ) -> (start: Nanoseconds, end: Nanoseconds) {
        precondition(duration >= 0, "an operation cannot take a negative time")
        let start = max(ready, freeAt)
        freeAt = start + duration
        busyNanoseconds += duration
        return (start, freeAt)
    }
}
