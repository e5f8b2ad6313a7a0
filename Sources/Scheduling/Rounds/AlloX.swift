/// Puts jobs on devices by a minimum-cost matching, for the least mean completion time (Le et al., EuroSys 2020).
///
/// A job that is the k-th from the end on a device delays k jobs by its time there; matching jobs with (device, k) for
/// the least sum gives the order on every device. The first of each runs. A job of one device keeps it until it is
/// done; a larger gang, which AlloX does not know, gets the time of one device and may be matched anew (as Gavel does).
/// The policy reads what is left of a job.
public struct AlloX: DivisionPolicy {
    /// The fraction of the waiting jobs, the oldest first, that is matched; at least as many as there are free devices.
    public let fraction: Double
    /// Shares of the last division by job number.
    private var shares: [Int: [Double]] = [:]

    /// A policy; Gavel's fraction is 1, Shockwave's experiments used 0.2.
    public init(fraction: Double = 1) {
        self.fraction = fraction
    }

    /// See `DivisionPolicy`.
    public mutating func divide(_ problem: DivisionProblem) -> TimeShares {
        var free = problem.capacity
        var waiting: [Int] = []
        var result = TimeShares(jobs: problem.jobs.count, kindCount: problem.kindCount)
        for (index, job) in problem.jobs.enumerated() {
            guard let before = shares[job] else {
                waiting.append(index)
                continue
            }
            for kind in 0..<problem.kindCount { result[index, kind] = before[kind] }
            if let kind = before.firstIndex(of: 1) { free[kind] -= 1 } else { waiting.append(index) }
        }
        // Ages are descending in order of arrival.
        let count = max(Int(fraction * Double(waiting.count)), free.reduce(0, +))
        waiting = Array(waiting.prefix(count)).filter { index in
            (0..<problem.kindCount).contains { free[$0] > 0 && problem.rate(index, $0) > 0 }
        }
        for (index, kind) in Self.firsts(problem, waiting, free: free) {
            result[index, kind] = 1 / Double(problem.gang[index])
        }
        shares = [:]
        for (index, job) in problem.jobs.enumerated() {
            shares[job] = (0..<problem.kindCount).map { result[index, $0] }
        }
        return result
    }

    /// The job that is first on each free device, and the device's kind.
    private static func firsts(_ problem: DivisionProblem, _ waiting: [Int], free: [Int]) -> [(Int, Int)] {
        guard !waiting.isEmpty else { return [] }
        // On alike devices positions fill evenly from the end, so that no more than these can be used.
        var slots: [(kind: Int, device: Int, position: Int)] = []
        for (kind, count) in free.enumerated() where count > 0 {
            for position in 1...((waiting.count + count - 1) / count) {
                for device in 0..<count { slots.append((kind, device, position)) }
            }
        }
        // A kind on which a job does not fit costs more than any order on the others.
        let never = 1e10
        let columns = MinimumCostAssignment.solve(rows: waiting.count, columns: slots.count) { row, column in
            let slot = slots[column]
            let rate = problem.rate(waiting[row], slot.kind)
            return Double(slot.position) * problem.stepsLeft[waiting[row]] / (rate > 0 ? rate : 1 / never)
        }
        // Of each device the job whose position is the furthest from the end.
        var first: [Int: (row: Int, position: Int)] = [:]
        var order: [Int] = []
        var offset = [Int](repeating: 0, count: free.count)
        for kind in free.indices.dropFirst() { offset[kind] = offset[kind - 1] + free[kind - 1] }
        for (row, column) in columns.enumerated() {
            let device = offset[slots[column].kind] + slots[column].device
            if let present = first[device] {
                if present.position < slots[column].position { first[device] = (row, slots[column].position) }
            } else {
                order.append(device)
                first[device] = (row, slots[column].position)
            }
        }
        return order.compactMap { device in
            first[device].map { (waiting[$0.row], slots[columns[$0.row]].kind) }
        }
    }
}
