import EventEngine

/// Devices that each tenant held, on average over stretches of the run of equal length.
public struct TenantShares: Sendable, Equatable {
    /// Length of a stretch; the last one may be shorter.
    public var stretch: Nanoseconds
    /// Mean devices by tenant, then by stretch.
    public var devices: [[Double]]
}

extension SchedulingEngine {
    /// What each tenant held over time, from the runs of jobs; nil where fewer than two tenants had jobs, or nothing
    /// took any time. The books must be closed. O(runs + tenants x stretches).
    public func tenantShares(stretches: Int = 48) -> TenantShares? {
        let active = Set(books.segments.map { jobs[Int($0.job)].tenant })
        guard active.count > 1, books.closed > 0 else { return nil }
        let length = (books.closed + Int64(stretches) - 1) / Int64(stretches)
        let count = Int((books.closed + length - 1) / length)
        // Device-time of stretches that a run covers in part, and changes of devices where it covers them wholly.
        var partial = Array(repeating: 0.0, count: tenants.count * count)
        var change = partial
        for segment in books.segments where segment.end > segment.start {
            let job = jobs[Int(segment.job)]
            let devices = Double(job.devices)
            let base = Int(job.tenant) * count
            let first = Int(segment.start / length)
            let last = Int((segment.end - 1) / length)
            if first == last {
                partial[base + first] += devices * Double(segment.end - segment.start)
                continue
            }
            partial[base + first] += devices * Double(Int64(first + 1) * length - segment.start)
            partial[base + last] += devices * Double(segment.end - Int64(last) * length)
            change[base + first + 1] += devices
            change[base + last] -= devices
        }
        let shares = tenants.indices.map { tenant -> [Double] in
            var whole = 0.0
            return (0..<count).map { stretch in
                whole += change[tenant * count + stretch]
                let end = min(books.closed, Int64(stretch + 1) * length)
                return whole + partial[tenant * count + stretch] / Double(end - Int64(stretch) * length)
            }
        }
        return TenantShares(stretch: length, devices: shares)
    }
}
