import EventEngine

/// How long things were busy in equal slices of simulated time.
struct BusyBins: Sendable {
    /// The length of a slice.
    let width: Nanoseconds
    /// Busy time of each thing in each slice, times its weight; empty for things that never were.
    private var times: [[Double]]

    init(things: Int, width: Nanoseconds) {
        self.width = width
        times = Array(repeating: [], count: things)
    }

    /// A thing was busy from an instant to another.
    mutating func add(_ thing: Int, from start: Nanoseconds, to end: Nanoseconds, weight: Double = 1) {
        var time = start
        while time < end {
            let slice = Int(time / width), next = min(end, Nanoseconds(slice + 1) * width)
            if times[thing].count <= slice {
                times[thing] += repeatElement(0, count: slice + 1 - times[thing].count)
            }
            times[thing][slice] += Double(next - time) * weight
            time = next
        }
    }

    /// Takes over what a thing of other bins of the same width did.
    mutating func add(_ thing: Int, like other: BusyBins, _ source: Int) {
        for (slice, time) in other.times[source].enumerated() where time > 0 {
            if times[thing].count <= slice {
                times[thing] += repeatElement(0, count: slice + 1 - times[thing].count)
            }
            times[thing][slice] += time
        }
    }

    /// The share of some slices, one after the other, that a thing was busy.
    func share(_ thing: Int, slices: Range<Int>) -> Double {
        let known = slices.clamped(to: 0..<times[thing].count)
        return known.isEmpty ? 0 : times[thing][known].reduce(0, +) / (Double(width) * Double(slices.count))
    }
}

/// Values that hold until they change, seen at the ends of equal slices of time.
struct Gauges: Sendable {
    private let width: Nanoseconds
    /// Of each thing the values that it had last in a slice, in order of time.
    private var changes: [[(slice: Int, value: Double)]]

    init(things: Int, width: Nanoseconds) {
        self.width = width
        changes = Array(repeating: [], count: things)
    }

    /// A thing has a value from now on; calls for one thing come in order of time.
    mutating func set(_ thing: Int, _ value: Double, at time: Nanoseconds) {
        let slice = Int(time / width)
        if changes[thing].last?.slice == slice { changes[thing].removeLast() }
        changes[thing].append((slice, value))
    }

    /// What a thing had when a slice ended; 0 before its first value.
    func value(_ thing: Int, endOf slice: Int) -> Double {
        var (low, high) = (0, changes[thing].count)
        while low < high {
            let middle = (low + high) / 2
            if changes[thing][middle].slice <= slice { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? changes[thing][low - 1].value : 0
    }
}

/// What replicas of serving workloads did, taken from the entries of a timeline while it is recorded.
struct ReplicaUse: Sendable {
    /// A replica, or a counter of one, by track.
    private enum Role { case nothing, steps(Int), waiting(Int), running(Int), blocks(Int) }

    /// Steps, by replica over all workloads in their order.
    private(set) var busy: BusyBins
    private(set) var waiting: Gauges
    private(set) var running: Gauges
    private(set) var blocks: Gauges
    private var roles: [Role] = []
    /// First replica of each workload, by its name, and how many of its replicas have named their tracks.
    private var workloads: [String: (first: Int, count: Int, named: Int)] = [:]
    private var latest = 0
    /// Since when each replica has been in a step, how many slices are open and how many of them are pauses.
    private var open: [(since: Nanoseconds, depth: Int, isPause: Bool)]

    /// - Parameters:
    ///   - workloads: name and number of replicas of each, in their order.
    ///   - width: of a slice of time.
    init(_ workloads: [(name: String, replicas: Int)], width: Nanoseconds) {
        var replicas = 0
        for workload in workloads {
            self.workloads[workload.name] = (replicas, workload.replicas, 0)
            replicas += workload.replicas
        }
        busy = BusyBins(things: replicas, width: width)
        waiting = Gauges(things: replicas, width: width)
        running = waiting
        blocks = waiting
        open = Array(repeating: (0, 0, false), count: replicas)
    }

    /// Takes all entries out of a recorder.
    mutating func take(_ recorder: inout TimelineRecorder) {
        learnTracks(recorder)
        for entry in recorder.entries where entry.track != .none {
            switch (roles[Int(entry.track.index)], entry.kind) {
            case (.steps(let replica), .begin):
                if open[replica].depth == 0 {
                    open[replica].since = entry.time
                    open[replica].isPause = recorder.names[Int(entry.name.index)] == "down"
                }
                open[replica].depth += 1
            case (.steps(let replica), .end):
                open[replica].depth -= 1
                if open[replica].depth == 0, !open[replica].isPause {
                    busy.add(replica, from: open[replica].since, to: entry.time)
                }
            case (.waiting(let replica), .counter): waiting.set(replica, value(entry), at: entry.time)
            case (.running(let replica), .counter): running.set(replica, value(entry), at: entry.time)
            case (.blocks(let replica), .counter): blocks.set(replica, value(entry), at: entry.time)
            default: break
            }
        }
        recorder.removeEntries()
    }

    private func value(_ entry: TimelineEntry) -> Double {
        Double(bitPattern: UInt64(bitPattern: entry.value))
    }

    /// Replicas of a workload name their tracks in their order when it starts, those of a replica together and its
    /// steps first. Workloads may start in any order.
    private mutating func learnTracks(_ recorder: TimelineRecorder) {
        while roles.count < recorder.tracks.count {
            let track = recorder.tracks[roles.count]
            switch (track.name, track.content) {
            case ("steps", .slices):
                guard let name = recorder.outerGroup(of: track.parent), let workload = workloads[name],
                    workload.count > 0
                else {
                    roles.append(.nothing)
                    continue
                }
                latest = workload.first + workload.named % workload.count
                workloads[name]?.named += 1
                roles.append(.steps(latest))
            case ("requests waiting", .counter): roles.append(.waiting(latest))
            case ("requests running", .counter): roles.append(.running(latest))
            case ("KV blocks in use", .counter): roles.append(.blocks(latest))
            default: roles.append(.nothing)
            }
        }
    }
}

extension TimelineRecorder {
    /// The name of the group that a group stands in; nil for one at the top, such as that of a workload.
    fileprivate func outerGroup(of group: TimelineTrack) -> String? {
        guard group != .none else { return nil }
        let outer = tracks[Int(group.index)].parent
        return outer == .none ? nil : tracks[Int(outer.index)].name
    }
}
