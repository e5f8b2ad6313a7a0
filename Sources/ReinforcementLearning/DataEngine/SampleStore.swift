import EventEngine

/// The store of a data engine: warehouses that move bytes and controllers that answer requests, each serving
/// in the order of asking.
public struct SampleStore: Sendable {
    let configuration: DataEngineConfiguration
    private var warehouses: [FIFOStream]
    private var controllers: [FIFOStream]
    /// Bytes written and read so far.
    public private(set) var movedBytes: Int64 = 0
    /// Requests for metadata so far.
    public private(set) var requests = 0

    /// An empty store.
    public init(_ configuration: DataEngineConfiguration) {
        self.configuration = configuration
        warehouses = Array(repeating: FIFOStream(), count: max(1, configuration.warehouses))
        controllers = Array(repeating: FIFOStream(), count: max(1, configuration.controllers))
    }

    /// Writes or reads a chunk, whose samples lie over all warehouses in equal parts, and returns when the last
    /// part is done.
    public mutating func move(_ bytes: Int64, at now: Nanoseconds) -> Nanoseconds {
        guard bytes > 0 else { return now }
        movedBytes += bytes
        let part = Double(bytes) / Double(warehouses.count) / configuration.storeBytesPerSecond
        let duration = TimeConversion.nanoseconds(fromSeconds: part)
        var done = now
        for index in warehouses.indices {
            done = max(done, warehouses[index].enqueue(ready: now, duration: duration).end)
        }
        return done
    }

    /// Asks a stage's controller which samples are ready and returns when the answer is there.
    public mutating func request(stage: Int, at now: Nanoseconds) -> Nanoseconds {
        guard configuration.requestNanoseconds > 0 else { return now }
        requests += 1
        return controllers[stage % controllers.count]
            .enqueue(ready: now, duration: configuration.requestNanoseconds).end
    }

    /// Time that the busiest warehouse has worked, in nanoseconds.
    public var busyNanoseconds: Nanoseconds { warehouses.map(\.busyNanoseconds).max() ?? 0 }
}
