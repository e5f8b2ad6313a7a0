import EventEngine

/// How many sequences ran over time, in a history that never grows beyond a limit.
///
/// Time is cut into slices of a power of two nanoseconds with one sample each; when there are too many the slices
/// double. No peak is lost, only its moment, to the length of a slice.
public struct SequenceHistory: Sendable, Equatable {
    /// What ran in one slice.
    public struct Sample: Sendable, Equatable {
        /// When the number last changed within the slice, and what it was from then on.
        public var time: Nanoseconds
        /// Sequences that ran from the last change within the slice on.
        public var running: Int
        /// The most that ran at once after any change within the slice.
        public var most: Int
    }

    /// Samples that are kept at most.
    static let limit = 256
    /// Slices in which the number changed, in order of time.
    public private(set) var samples: [Sample] = []
    private var sliceBits: Int64 = 0
    private var last = 0

    public init() {}

    /// The length of a slice, in nanoseconds.
    public var resolution: Nanoseconds { 1 << sliceBits }

    mutating func record(_ running: Int, at time: Nanoseconds) {
        guard running != last else { return }
        last = running
        merge(Sample(time: time, running: running, most: running))
        guard samples.count > Self.limit else { return }
        while samples.count > Self.limit / 2, sliceBits < 62 {
            sliceBits += 1
            let finer = samples
            samples.removeAll(keepingCapacity: true)
            for sample in finer { merge(sample) }
        }
    }

    private mutating func merge(_ sample: Sample) {
        guard let before = samples.last, before.time >> sliceBits == sample.time >> sliceBits else {
            samples.append(sample)
            return
        }
        samples[samples.count - 1] = Sample(
            time: sample.time, running: sample.running, most: max(before.most, sample.most))
    }
}

extension ReinforcementLearningEngine {
    /// Looks at what runs, after something has happened.
    mutating func recordRunning(at now: Nanoseconds) {
        var running = 0
        for replica in 0..<rollout.replicaCount { running += rollout.running(on: replica) }
        runningSequences.record(running, at: now)
    }
}
