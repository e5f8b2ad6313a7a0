/// Earliest deadline first with admission: a job is taken only if it and all jobs before it can be done in time, each
/// by the least share that suffices (ElasticFlow, Gu et al., ASPLOS 2023, progressive filling).
///
/// What the shares leave free goes to the jobs whose work it shortens the most. The policy reads what is left of a job.
public struct DeadlineDivision: ElasticPolicy {
    /// The policy; it has no settings.
    public init() {}

    /// See `ElasticPolicy`.
    public func admits(_ newest: Int, _ problem: ElasticProblem) -> Bool {
        guard problem.entries[newest].secondsLeft != nil else { return true }
        return Self.fill(problem) != nil
    }

    /// See `ElasticPolicy`.
    public func divide(_ problem: ElasticProblem) -> [Int] {
        var devices = Self.fill(problem) ?? problem.entries.map { _ in 0 }
        var free = problem.devices - devices.reduce(0, +)
        while free > 0 {
            // The device that brings the most of a job's work that is left in the interval.
            var best: (index: Int, gain: Double)?
            for (index, entry) in problem.entries.enumerated() where devices[index] + 1 < entry.speeds.count {
                let gain = (entry.speeds[devices[index] + 1] - entry.speeds[devices[index]]) / entry.left
                if gain > best?.gain ?? 0 { best = (index, gain) }
            }
            guard let best else { break }
            devices[best.index] += 1
            free -= 1
        }
        return devices
    }

    /// The devices in the first interval of a plan that keeps all deadlines; nil where filling finds none.
    static func fill(_ problem: ElasticProblem) -> [Int]? {
        let deadlines = problem.entries.indices.filter { problem.entries[$0].secondsLeft != nil }
            .sorted { left, right in
                let times = [left, right].map { problem.entries[$0].secondsLeft ?? .infinity }
                return (times[0], left) < (times[1], right)
            }
        // Each interval may begin with a restart, so that the plan holds whatever changes.
        let worked = problem.interval - problem.restart
        var free: [Int] = []
        var now = problem.entries.map { _ in 0 }
        for index in deadlines {
            let entry = problem.entries[index]
            let seconds = entry.secondsLeft ?? 0
            // Intervals that end by the deadline; the rest of one that does not is left as slack.
            let slots = Int(seconds / problem.interval)
            while free.count < slots { free.append(problem.devices) }
            guard let share = leastShare(entry, worked: worked, free: free[..<slots]) else { return nil }
            var left = entry.left
            for slot in 0..<slots where left > 0 {
                let devices = min(share, free[slot])
                free[slot] -= devices
                left -= entry.speeds[devices] * worked
                if slot == 0 { now[index] = devices }
            }
        }
        return now
    }

    /// The least number of devices with which, as far as they are free, the job is done in the slots.
    private static func leastShare(
        _ entry: ElasticProblem.Entry, worked: Double, free: ArraySlice<Int>
    ) -> Int? {
        for share in 0..<entry.speeds.count {
            var left = entry.left
            for available in free where left > 0 {
                let devices = min(share, available)
                left -= entry.speeds[devices] * worked
            }
            if left <= 0 { return share }
        }
        return nil
    }
}
