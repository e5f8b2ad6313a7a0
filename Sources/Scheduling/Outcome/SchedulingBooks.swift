import EventEngine

/// What a run of the scheduler adds up and writes down.
struct SchedulingBooks: Sendable {
    /// Devices that the scheduler has, or may have where nodes come and go.
    var devices: Int64 = 0
    /// Devices of nodes that are ready, and those multiplied by nanoseconds up to `heldSince`.
    var readyDevices: Int64 = 0
    var readyNanoseconds = 0.0
    var completed = 0
    var rejected = 0
    var nodeFailures = 0
    /// When the run was over.
    var closed: Nanoseconds = 0
    /// Why jobs waited, and what held those that nobody came to, by partition.
    var reasons: [ReasonMark] = []
    var fronts: [[FrontMark]]
    /// All runs of jobs that have ended, in the order of their ends.
    var segments: [RunSegment] = []
    /// Shares of the segments, one after the other.
    var shares: [NodeShare] = []
    /// Devices held now, and device-nanoseconds held up to `heldSince`.
    var held: Int64 = 0
    var heldNanoseconds = 0.0
    var heldSince: Nanoseconds = 0
    /// The same in whole numbers, modulo 2^64, for the check against the runs.
    var bookedNanoseconds: Int64 = 0
    /// Device-nanoseconds that nobody held, and of those the ones while a job waited only because they lay badly.
    var freeNanoseconds = 0.0
    var fragmentedNanoseconds = 0.0
    var isFragmented = false
    /// Devices that submitted and unfinished jobs ask for, now and multiplied by time.
    var demanded: Int64 = 0
    var demandNanoseconds = 0.0
    var demandSince: Nanoseconds = 0
    /// Waiting jobs multiplied by nanoseconds up to `queueSince`, and the most at once.
    var queueNanoseconds = 0.0
    var queueSince: Nanoseconds = 0
    var longestQueue = 0

    init(partitions: Int) { fronts = Array(repeating: [], count: partitions) }

    /// Books a queue length that has held until now.
    mutating func queueLength(_ length: Int, until now: Nanoseconds) {
        queueNanoseconds += Double(length) * Double(now - queueSince)
        queueSince = now
        longestQueue = max(longestQueue, length)
    }

    /// Adds to the devices held.
    mutating func use(_ change: Int64, at now: Nanoseconds) {
        let span = Double(now - heldSince)
        bookedNanoseconds &+= held &* (now - heldSince)
        heldNanoseconds += Double(held) * span
        readyNanoseconds += Double(readyDevices) * span
        freeNanoseconds += Double(readyDevices - held) * span
        if isFragmented { fragmentedNanoseconds += Double(readyDevices - held) * span }
        heldSince = now
        held += change
    }

    /// Adds to the devices of nodes that are ready.
    mutating func ready(_ change: Int64, at now: Nanoseconds) {
        use(0, at: now)
        readyDevices += change
    }

    /// Adds to the devices that jobs in the system ask for.
    mutating func demand(_ change: Int64, at now: Nanoseconds) {
        demandNanoseconds += Double(demanded) * Double(now - demandSince)
        demandSince = now
        demanded += change
    }

    /// Writes down a run and returns its index.
    mutating func record(_ run: RunSegment, shares places: [NodeShare]) -> Int32 {
        var segment = run
        segment.firstShare = Int32(shares.count)
        segment.shareCount = Int32(places.count)
        segments.append(segment)
        shares += places
        return Int32(segments.count - 1)
    }
}
