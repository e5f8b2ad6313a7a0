import Synchronization

/// Values that are decoded from shipped text when they are first asked for, and kept, for any number of threads.
///
/// Only for texts that cannot change while the program runs: what is kept is what decoding again would give.
public final class DecodedOnce<Value: Sendable>: Sendable {
    /// By name; looked up, never iterated.
    private let known = Mutex<[String: Value]>([:])

    /// Nothing decoded yet.
    public init() {}

    /// The value of a name, from `decode` the first time.
    /// - Throws: what `decode` throws; then it is asked again the next time.
    public func value<Failure: Error>(
        _ name: String, decode: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if let value = known.withLock({ $0[name] }) { return value }
        // Not under the lock, since decoding may ask for others; two threads may decode the same once each.
        let value = try decode()
        known.withLock { $0[name] = value }
        return value
    }
}
