/// Chooses the devices for the jobs of a round: the same as in the round before where they are free, else the first.
///
/// Large gangs choose first. Devices of one kind are numbered so that neighbours share a node.
struct RoundPlacement {
    /// The devices of each job in the last round, by job number; empty where it did not run.
    private(set) var devices: [[Int]] = []
    /// The kind of the devices of each job in the last round.
    private(set) var kinds: [Int] = []

    mutating func add() {
        devices.append([])
        kinds.append(-1)
    }

    /// Places the jobs that run on one kind; returns the devices of each, in their order.
    mutating func place(_ jobs: [(job: Int, gang: Int)], kind: Int, count: Int) -> [[Int]] {
        var taken = [Bool](repeating: false, count: count)
        var placed = [[Int]](repeating: [], count: jobs.count)
        // Stable by gang, largest first.
        let order = jobs.indices.sorted { (jobs[$1].gang, $0) < (jobs[$0].gang, $1) }
        var start = order.startIndex
        while start < order.endIndex {
            let gang = jobs[order[start]].gang
            let end = order[start...].firstIndex { jobs[$0].gang != gang } ?? order.endIndex
            for index in order[start..<end] {
                let before = devices[jobs[index].job]
                guard kinds[jobs[index].job] == kind, !before.isEmpty, !before.contains(where: { taken[$0] }) else {
                    continue
                }
                placed[index] = before
                for device in before { taken[device] = true }
            }
            var next = 0
            for index in order[start..<end] where placed[index].isEmpty {
                while placed[index].count < gang {
                    if !taken[next] {
                        placed[index].append(next)
                        taken[next] = true
                    }
                    next += 1
                }
            }
            start = end
        }
        return placed
    }

    /// Remembers where a job runs now; nowhere with an empty list.
    mutating func remember(job: Int, kind: Int, devices: [Int]) {
        self.devices[job] = devices
        kinds[job] = kind
    }
}
