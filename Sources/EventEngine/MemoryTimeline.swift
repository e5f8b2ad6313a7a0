/// What a pool held during one slice of the timeline.
public struct MemorySample: Equatable, Sendable {
    /// When it last changed within the slice.
    public var time: Nanoseconds
    /// The index of the pool.
    public var pool: Int
    /// What it held after that change, in bytes.
    public var bytes: Int64
    /// The most it held after any change within the slice, in bytes.
    public var peakBytes: Int64
}

/// A history of memory use that never grows beyond a limit.
///
/// Time is cut into slices of a power of two nanoseconds, and a pool has at most one sample for
/// each slice. When the samples exceed the limit the slices double until half the room is free.
/// No peak is ever lost, only the moment of it, to the length of a slice; the result depends on
/// the calls alone. A pool with no sample in a slice did not change in it.
public struct MemoryTimeline: Equatable, Sendable {
    /// The most samples that are kept; zero switches the timeline off.
    public let limit: Int
    /// The samples, ordered by slice, and within a slice by the pool's first change in it.
    public private(set) var samples: [MemorySample] = []
    /// The slices are 2^`sliceBits` nanoseconds long.
    private var sliceBits: Int64 = 0

    init(limit: Int) {
        precondition(limit >= 0, "the limit of a timeline is a number of samples")
        self.limit = limit
    }

    /// The length of a slice, in nanoseconds.
    public var resolution: Nanoseconds { 1 << sliceBits }

    mutating func record(_ bytes: Int64, pool: Int, at time: Nanoseconds) {
        guard limit > 0 else { return }
        merge(MemorySample(time: time, pool: pool, bytes: bytes, peakBytes: bytes))
        guard samples.count > limit else { return }
        while samples.count > (limit + 1) / 2, sliceBits < 62 {
            sliceBits += 1
            let finer = samples
            samples.removeAll(keepingCapacity: true)
            for sample in finer { merge(sample) }
        }
    }

    /// Joins a sample to the pool's sample in the same slice, or appends it.
    private mutating func merge(_ sample: MemorySample) {
        let slice = sample.time >> sliceBits
        var index = samples.count - 1
        while index >= 0, samples[index].time >> sliceBits == slice {
            if samples[index].pool == sample.pool {
                samples[index].time = sample.time
                samples[index].bytes = sample.bytes
                samples[index].peakBytes = max(samples[index].peakBytes, sample.peakBytes)
                return
            }
            index -= 1
        }
        samples.append(sample)
    }
}
