/// Divides devices so that the harmonic mean of the jobs' speed-ups is the highest: the goodput-driven elastic
/// scheduling of Pollux (OSDI 2021, section 4.2, with its fairness parameter at -1).
///
/// Each job gets one device first, in order of arrival. Then devices go where they raise the mean the most; a jump over
/// several devices counts by its gain per device. Where gains per device only fall as devices are added, no division is
/// better. Pollux searches placements by a genetic algorithm instead.
public struct GoodputDivision: ElasticPolicy {
    /// The policy; it has no settings.
    public init() {}

    /// See `ElasticPolicy`.
    public func divide(_ problem: ElasticProblem) -> [Int] {
        var devices = problem.entries.map { _ in 0 }
        var free = problem.devices
        for (index, entry) in problem.entries.enumerated() where free > 0 && entry.speeds.count > 1 {
            devices[index] = 1
            free -= 1
        }
        var jumps = devices.indices.map { Self.jump(problem, $0, from: devices[$0], free: free) }
        while free > 0 {
            var best: Int?
            for (index, jump) in jumps.enumerated() {
                guard var jump else { continue }
                if jump.devices > free {
                    guard let smaller = Self.jump(problem, index, from: devices[index], free: free) else {
                        jumps[index] = nil
                        continue
                    }
                    (jump, jumps[index]) = (smaller, smaller)
                }
                if jump.gain > best.flatMap({ jumps[$0]?.gain }) ?? 0 { best = index }
            }
            guard let index = best, let jump = jumps[index] else { break }
            devices[index] += jump.devices
            free -= jump.devices
            jumps[index] = Self.jump(problem, index, from: devices[index], free: free)
        }
        return devices
    }

    /// What a job's speed-up adds to the sum that is to be the highest; a change of devices costs part of the interval.
    static func utility(_ problem: ElasticProblem, _ index: Int, _ devices: Int) -> Double {
        let entry = problem.entries[index]
        guard devices > 0, entry.speeds[1] > 0 else { return -.infinity }
        let changes = entry.devices > 0 && devices != entry.devices
        let part = changes ? max(0.01, 1 - problem.restart / problem.interval) : 1
        return -entry.speeds[1] / (entry.speeds[devices] * part)
    }

    /// The step to more devices with the highest gain per device; nil where none gains.
    private static func jump(
        _ problem: ElasticProblem, _ index: Int, from devices: Int, free: Int
    ) -> (devices: Int, gain: Double)? {
        guard devices > 0 else { return nil }
        let here = utility(problem, index, devices)
        var best: (devices: Int, gain: Double)?
        let last = min(problem.entries[index].speeds.count - 1, devices + free)
        for more in stride(from: devices + 1, through: last, by: 1) {
            let gain = (utility(problem, index, more) - here) / Double(more - devices)
            if gain > best?.gain ?? 0 { best = (more - devices, gain) }
        }
        return best
    }
}
