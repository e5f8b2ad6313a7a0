/// The requests that a cluster gets, with their frequencies: what a free device is measured against.
public struct RequestMix: Equatable, Sendable {
    /// Requests of one size on devices.
    struct Class: Equatable, Sendable {
        var devices: Int32
        var deviceMilli: Int32
        var models: UInt64
        /// Processors that requests of the class ask for, ascending, and the frequency of those that ask for no more.
        var cpuMilli: [Int64]
        var frequencyUpTo: [Double]

        /// The frequency of the requests of the class that so many processors suffice for.
        func frequency(cpuFree: Int64) -> Double {
            var (low, high) = (0, cpuMilli.count)
            while low < high {
                let middle = (low + high) / 2
                if cpuMilli[middle] <= cpuFree { low = middle + 1 } else { high = middle }
            }
            return low > 0 ? frequencyUpTo[low - 1] : 0
        }
    }

    /// Requests with devices, by size.
    let classes: [Class]

    /// A mix of requests and their frequencies, which should sum to 1. Memory plays no part in it.
    public init(_ requests: [(request: FractionalRequest, frequency: Double)]) {
        var classes: [Class] = []
        let order = requests.indices.filter { requests[$0].request.devices > 0 }.sorted {
            let (left, right) = (requests[$0].request, requests[$1].request)
            return (left.devices, left.deviceMilli, left.models, left.cpuMilli, $0)
                < (right.devices, right.deviceMilli, right.models, right.cpuMilli, $1)
        }
        for index in order {
            let (request, frequency) = requests[index]
            if let last = classes.last, last.devices == request.devices, last.deviceMilli == request.deviceMilli,
                last.models == request.models
            {
                classes[classes.count - 1].cpuMilli.append(request.cpuMilli)
                classes[classes.count - 1].frequencyUpTo.append((last.frequencyUpTo.last ?? 0) + frequency)
            } else {
                classes.append(
                    Class(
                        devices: request.devices, deviceMilli: request.deviceMilli, models: request.models,
                        cpuMilli: [request.cpuMilli], frequencyUpTo: [frequency]))
            }
        }
        self.classes = classes
    }

    /// The most frequent requests of a list, up to a part of it (of the reference simulator: 95 %), as a mix.
    ///
    /// Requests are told apart by all but their memory. Equally frequent ones go by size, larger first.
    public static func typical(of requests: [FractionalRequest], covering part: Double = 0.95) -> RequestMix {
        var counts: [FractionalRequest: Int] = [:]
        for var request in requests {
            request.memoryBytes = 0
            counts[request, default: 0] += 1
        }
        let order = counts.sorted { left, right in
            (left.value, left.key.cpuMilli, left.key.deviceMilli, left.key.devices, left.key.models)
                > (right.value, right.key.cpuMilli, right.key.deviceMilli, right.key.devices, right.key.models)
        }
        var (kept, covered) = ([(FractionalRequest, Int)](), 0)
        for entry in order where Double(covered) < part * Double(requests.count) {
            kept.append((entry.key, entry.value))
            covered += entry.value
        }
        return RequestMix(kept.map { ($0.0, Double($0.1) / Double(covered)) })
    }

    /// Thousandths of a node's free devices that a request of the mix cannot use, on average: the fragmentation of the
    /// node (Weng et al., USENIX ATC 2023, section 3).
    ///
    /// To a request that does not fit on the node, or uses no device, all that is free is a fragment; to another what
    /// is free on devices with too little for it.
    /// - Parameters:
    ///   - free: thousandths that are free of each device.
    ///   - model: the model of the devices.
    public func fragmentMilli(cpuFree: Int64, free: some Collection<Int32>, model: Int = 0) -> Double {
        var total: Int32 = 0
        for device in free { total += device }
        guard total > 0 else { return 0 }
        var usable = 0.0
        for entry in classes where entry.models >> UInt64(model) & 1 == 1 {
            var (count, sum): (Int32, Int32) = (0, 0)
            for device in free where device >= entry.deviceMilli {
                count += 1
                sum += device
            }
            guard count >= entry.devices else { continue }
            usable += entry.frequency(cpuFree: cpuFree) * Double(sum)
        }
        return Double(total) - usable
    }
}
