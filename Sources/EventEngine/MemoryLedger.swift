/// The memory of one device or host: a capacity shared by named pools.
///
/// ```swift
/// var memory = MemoryLedger(name: "npu0", capacityBytes: 100)
/// let weights = memory.addPool("weights"), cache = memory.addPool("kv")
/// try memory.reserve(60, pool: weights, at: 0)
/// try memory.reserve(30, pool: cache, at: 5)
/// try memory.reserve(30, pool: cache, at: 9)   // throws: weights hold 60 of the 100
/// ```
///
/// **Guarantee.** The sum of all pools never exceeds the capacity; a reservation that fails changes
/// nothing. **Not modelled:** addresses and fragmentation; an allocator that rounds up or keeps a
/// reserve says so in the bytes it asks for.
public struct MemoryLedger: Equatable, Sendable {
    /// What the ledger is called in errors and reports.
    public let name: String
    /// All there is, in bytes.
    public let capacityBytes: Int64
    /// What all pools hold now, in bytes.
    public private(set) var usedBytes: Int64 = 0
    /// The most that all pools together held at any time, in bytes.
    public private(set) var peakBytes: Int64 = 0
    /// The first instant at which `peakBytes` was held.
    public private(set) var peakTime: Nanoseconds = 0
    /// The history of use, empty unless asked for.
    public private(set) var timeline: MemoryTimeline

    private var pools: [MemoryPool] = []
    private var elastic: ElasticPool?

    /// A pool that others may take from, and what it keeps.
    private struct ElasticPool: Equatable, Sendable {
        var pool: Int
        var floorBytes: Int64
    }

    /// A ledger without pools.
    /// - Parameters:
    ///   - name: what it is called in errors and reports.
    ///   - capacityBytes: all there is; not negative.
    ///   - timelineLimit: the most samples the timeline keeps; zero keeps none.
    public init(name: String, capacityBytes: Int64, timelineLimit: Int = 0) {
        precondition(capacityBytes >= 0, "a memory has no negative capacity")
        self.name = name
        self.capacityBytes = capacityBytes
        timeline = MemoryTimeline(limit: timelineLimit)
    }

    /// Keeps a timeline from time zero on, of what pools hold now and whatever changes later.
    /// - Parameter limit: the most samples that it keeps.
    public mutating func keepTimeline(limit: Int) {
        timeline = MemoryTimeline(limit: limit)
        for (index, pool) in pools.enumerated() where pool.usedBytes > 0 {
            timeline.record(pool.usedBytes, pool: index, at: 0)
        }
    }

    /// What is not held by any pool, in bytes.
    public var freeBytes: Int64 { capacityBytes - usedBytes }

    /// Adds a pool and returns its index: 0, 1, 2, …
    public mutating func addPool(_ name: String) -> Int {
        pools.append(MemoryPool(name: name))
        return pools.count - 1
    }

    /// The pools in the order in which they were added.
    public var poolStates: [MemoryPool] { pools }

    /// What `pool` holds now, in bytes.
    public func usedBytes(pool: Int) -> Int64 { pools[pool].usedBytes }

    /// The most that `pool` held at any time, in bytes.
    public func peakBytes(pool: Int) -> Int64 { pools[pool].peakBytes }

    /// Lets others take from a pool what they find nowhere else, down to a floor; whoever fills the pool looks
    /// at what is left of it. A ledger has one such pool at most.
    /// - Parameter floorBytes: what the pool keeps, however much others ask for.
    public mutating func makeElastic(pool: Int, floorBytes: Int64) {
        precondition(floorBytes >= 0, "a floor is not negative")
        elastic = ElasticPool(pool: pool, floorBytes: floorBytes)
    }

    /// What a reservation for `pool` can take from the elastic pool, in bytes.
    private func takableBytes(for pool: Int) -> Int64 {
        guard let elastic, elastic.pool != pool else { return 0 }
        return max(0, pools[elastic.pool].usedBytes - elastic.floorBytes)
    }

    /// Lets `pool` hold `bytes` more, from `time` on; what is not free comes from an elastic pool, where there is
    /// one.
    /// - Throws: `OutOfMemory`, naming every pool's share, when the rest is too small. Nothing has
    ///   changed then.
    /// - Precondition: `bytes >= 0`.
    public mutating func reserve(
        _ bytes: Int64, pool: Int, at time: Nanoseconds
    ) throws(OutOfMemory) {
        precondition(bytes >= 0, "a reservation cannot be negative; use release")
        if bytes > freeBytes {
            let missing = bytes - freeBytes
            guard let elastic, missing <= takableBytes(for: pool) else {
                throw shortage(of: bytes, for: pool, at: time)
            }
            release(missing, pool: elastic.pool, at: time)
        }
        usedBytes += bytes
        pools[pool].usedBytes += bytes
        pools[pool].peakBytes = max(pools[pool].peakBytes, pools[pool].usedBytes)
        if usedBytes > peakBytes {
            peakBytes = usedBytes
            peakTime = time
        }
        timeline.record(pools[pool].usedBytes, pool: pool, at: time)
    }

    /// Lets `pool` hold `bytes` less, from `time` on.
    /// - Precondition: the pool holds at least `bytes`; to give back what was never taken is a
    ///   programming error.
    public mutating func release(_ bytes: Int64, pool: Int, at time: Nanoseconds) {
        precondition(bytes >= 0, "a release cannot be negative; use reserve")
        precondition(bytes <= pools[pool].usedBytes, "a pool gave back more than it held")
        usedBytes -= bytes
        pools[pool].usedBytes -= bytes
        timeline.record(pools[pool].usedBytes, pool: pool, at: time)
    }

    /// The pools that still hold something, in order of their indices.
    ///
    /// Empty at the end of a run in which everything was given back: the conservation law of memory.
    /// Pools that are meant to stay (weights) are for the caller to release first.
    public var poolsNotReturned: [MemoryPool] { pools.filter { $0.usedBytes != 0 } }

    private func shortage(of bytes: Int64, for pool: Int, at time: Nanoseconds) -> OutOfMemory {
        OutOfMemory(
            ledger: name, pool: pools[pool].name, time: time, requestedBytes: bytes,
            capacityBytes: capacityBytes, holdings: pools)
    }
}

/// One pool of a `MemoryLedger`.
public struct MemoryPool: Equatable, Sendable {
    /// What it is for: weights, kv, activations.
    public let name: String
    /// What it holds now, in bytes.
    public internal(set) var usedBytes: Int64 = 0
    /// The most it held at any time, in bytes.
    public internal(set) var peakBytes: Int64 = 0
}
