import EventEngine

/// The record of why jobs wait: only changes are written down.
extension SchedulingEngine {
    /// Notes why a job that a pass has come to waits.
    mutating func mark(_ job: Int32, _ reason: WaitReason, blocker: Int32 = -1, at now: Nanoseconds) {
        if reason == .fragmentation || reason == .placementGroup { books.isFragmented = true }
        let last = states[Int(job)].reason
        // That devices were lost says more than that, at the same instant, there are no others.
        if last >= 0, books.reasons[Int(last)].time == now, books.reasons[Int(last)].reason.isLoss { return }
        if last >= 0, books.reasons[Int(last)].reason == reason, books.reasons[Int(last)].blocker == blocker,
            books.reasons[Int(last)].time >= states[Int(job)].waitingSince { return }
        states[Int(job)].reason = Int32(books.reasons.count)
        books.reasons.append(ReasonMark(time: now, previous: last, blocker: blocker, reason: reason))
    }

    /// Notes what keeps the jobs behind: the first one that does not fit, or that devices are used up.
    mutating func markFront(_ job: Int32, _ partition: Int, at now: Nanoseconds) {
        if let last = books.fronts[partition].last, last.job == job { return }
        books.fronts[partition].append(FrontMark(time: now, job: job))
    }

    /// Why a job that has no room has none.
    func shortage(_ job: Int32, _ partition: Int) -> WaitReason {
        let request = jobs[Int(job)]
        if request.duration < 0 { return lacksDevices(job, partition) ? .devices : .fragmentation }
        let free = map.free(partition: partition, groups: request.nodeGroups)
        guard free >= Int64(request.devices) else { return .devices }
        if request.placementGroup >= 0, hosts == nil || !request.needsHost { return .placementGroup }
        return hosts == nil || (request.cpuMilli == 0 && request.memoryBytes == 0) ? .fragmentation : .host
    }

    /// Why a job waited, from its submission on, without gaps while it waited. The run must be over, or cut.
    public func waits(_ index: Int) -> [WaitSegment] {
        var marks: [ReasonMark] = []
        var mark = states[index].reason
        while mark >= 0 {
            marks.append(books.reasons[Int(mark)])
            mark = marks[marks.count - 1].previous
        }
        marks.reverse()
        var segments: [WaitSegment] = []
        for wait in waitingTimes(index) {
            append(wait, marks.filter { $0.time >= wait.start && $0.time < wait.end }, index, &segments)
        }
        return segments
    }

    /// When a job waited: before, between and after its runs.
    private func waitingTimes(_ index: Int) -> [(start: Nanoseconds, end: Nanoseconds)] {
        guard states[index].phase != .future, states[index].phase != .rejected else { return [] }
        var times: [(start: Nanoseconds, end: Nanoseconds)] = []
        var since = jobs[index].submit
        for segment in runs(of: index) {
            if segment.start > since { times.append((since, segment.start)) }
            since = segment.end
        }
        if states[index].phase == .waiting, books.closed > since { times.append((since, books.closed)) }
        return times
    }

    /// One wait: the marks of the job itself, and before the first of them what held the jobs in front.
    private func append(
        _ wait: (start: Nanoseconds, end: Nanoseconds), _ marks: [ReasonMark], _ index: Int,
        _ segments: inout [WaitSegment]
    ) {
        let first = marks.first?.time ?? wait.end
        if first > wait.start { appendFronts(wait.start, first, index, &segments) }
        for (place, mark) in marks.enumerated() {
            let end = place + 1 < marks.count ? marks[place + 1].time : wait.end
            guard end > mark.time else { continue }
            let blocker = mark.blocker >= 0 ? Int(mark.blocker) : nil
            segments.append(WaitSegment(start: mark.time, end: end, reason: mark.reason, blocker: blocker))
        }
        guard let last = segments.last, last.end == wait.end, last.blocker == nil,
            last.reason == .devices || last.reason == .fragmentation, states[index].firstStart == wait.end,
            states[index].unblocker >= 0 else { return }
        segments[segments.count - 1].blocker = Int(states[index].unblocker)
    }

    private func appendFronts(
        _ start: Nanoseconds, _ end: Nanoseconds, _ index: Int, _ segments: inout [WaitSegment]
    ) {
        let fronts = books.fronts[partition(of: Int32(index))]
        var (low, high) = (0, fronts.count)
        while low < high {
            let middle = low + (high - low) / 2
            if fronts[middle].time > start { high = middle } else { low = middle + 1 }
        }
        var place = max(0, low - 1)
        var time = start
        while time < end {
            let next = place + 1 < fronts.count ? min(end, fronts[place + 1].time) : end
            let front = place < fronts.count ? fronts[place].job : -1
            let isOther = front >= 0 && front != Int32(index)
            if next > time {
                let reason: WaitReason = isOther ? .order : .devices
                segments.append(
                    WaitSegment(start: time, end: next, reason: reason, blocker: isOther ? Int(front) : nil))
            }
            time = max(time, next)
            place += 1
        }
    }
}
