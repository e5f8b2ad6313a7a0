import EventEngine

/// How full a cluster gets as tasks arrive that never leave: the experiment of Weng et al. (USENIX ATC 2023, section
/// 6).
public enum ArrivalStudy {
    /// The requests of a list in random order, with some drawn again until they ask for a multiple of the cluster.
    /// - Parameter inflation: devices asked for over devices there are.
    public static func arrivals(
        _ requests: [FractionalRequest], cluster: FractionalCluster, inflation: Double, random: inout RandomStream
    ) -> [FractionalRequest] {
        var arrivals = requests
        var asked = requests.reduce(0) { $0 + $1.totalMilli }
        let wanted = inflation * Double(cluster.totalMilli)
        while Double(asked) < wanted, asked > 0 {
            let drawn = requests[random.uniform(below: requests.count)]
            arrivals.append(drawn)
            asked += drawn.totalMilli
        }
        for last in stride(from: arrivals.count - 1, to: 0, by: -1) {
            arrivals.swapAt(last, random.uniform(below: last + 1))
        }
        return arrivals
    }

    /// The part of the devices that is in use when what has arrived asks for `arrived` times all of them. A task
    /// without room is turned away.
    public static func allocation(
        _ arrivals: [FractionalRequest], on scheduler: FractionalScheduler, arrived: Double = 1
    ) -> Double {
        var (scheduler, asked): (FractionalScheduler, Int64) = (scheduler, 0)
        let total = scheduler.cluster.totalMilli
        for request in arrivals {
            asked += request.totalMilli
            if Double(asked) > arrived * Double(total) { break }
            _ = scheduler.place(request)
        }
        return Double(scheduler.cluster.usedMilli) / Double(total)
    }
}
