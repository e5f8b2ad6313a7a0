import EventEngine

/// The longest of the latest step durations, for any start: a stack of (tick, duration) whose durations
/// fall, so that the longest since tick `t` is the first entry at or after `t`. Adding costs constant time
/// on average and a query a binary search, instead of one comparison per sequence and step.
struct LongestInterval: Sendable {
    private var ticks: [Int64] = []
    private var durations: [Nanoseconds] = []

    /// The step that took the batch to `tick` lasted `duration`.
    mutating func record(_ duration: Nanoseconds, tick: Int64) {
        var kept = durations.count
        while kept > 0, durations[kept - 1] <= duration { kept -= 1 }
        guard kept < durations.count else {
            durations.append(duration)
            ticks.append(tick)
            return
        }
        // The steps of a batch grow with its context, so that most take the place of the one before.
        durations[kept] = duration
        ticks[kept] = tick
        if kept + 1 < durations.count {
            durations.removeSubrange((kept + 1)...)
            ticks.removeSubrange((kept + 1)...)
        }
    }

    /// Longest step among those that ended at ticks above `tick`; 0 if there are none.
    func longest(after tick: Int64) -> Nanoseconds {
        var low = 0, high = ticks.count
        while low < high {
            let middle = (low + high) / 2
            if ticks[middle] > tick { high = middle } else { low = middle + 1 }
        }
        return low < durations.count ? durations[low] : 0
    }

    mutating func removeAll() {
        ticks.removeAll(keepingCapacity: true)
        durations.removeAll(keepingCapacity: true)
    }
}
