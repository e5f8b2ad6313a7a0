import EventEngine

/// How many devices will be free, as a step function of time.
struct FreeProfile: Sendable {
    /// Where the steps begin, ascending; the last one has no end.
    private var times: [Nanoseconds]
    /// Free devices of each step.
    private var free: [Int64]

    /// So many devices are free from a time on.
    init(free devices: Int64, from time: Nanoseconds) {
        times = [time]
        free = [devices]
    }

    /// Forgets what was before `now`.
    mutating func forget(before now: Nanoseconds) {
        guard let first = times.lastIndex(where: { $0 <= now }), first > 0 else { return }
        times.removeFirst(first)
        free.removeFirst(first)
    }

    /// The earliest time from `now` on at which so many devices are free for so long; nil when there never are.
    func earliest(_ devices: Int64, for duration: Nanoseconds, from now: Nanoseconds) -> Nanoseconds? {
        var start: Nanoseconds?
        for index in times.indices {
            let end = index + 1 < times.count ? times[index + 1] : .max
            guard end > now else { continue }
            guard free[index] >= devices else {
                start = nil
                continue
            }
            let begin = start ?? max(now, times[index])
            start = begin
            if end == .max || end - begin >= duration { return begin }
        }
        return nil
    }

    /// Takes devices from a time until another, or gives them back where the number is negative.
    mutating func take(_ devices: Int64, from start: Nanoseconds, until end: Nanoseconds) {
        guard end > start else { return }
        let first = step(at: start), last = step(at: end)
        for index in first..<last { free[index] -= devices }
    }

    /// The index of the step that begins at a time, made if need be. Times before the first step are its beginning.
    private mutating func step(at time: Nanoseconds) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = low + (high - low) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        if low == 0 || (low < times.count && times[low] == time) { return low }
        times.insert(time, at: low)
        free.insert(free[low - 1], at: low)
        return low
    }
}
