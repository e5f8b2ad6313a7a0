import EventEngine
import Hardware

/// What devices and hosts held in memory at any time, from the histories that their ledgers keep.
struct MemoryHistory {
    /// When the sum over pools changed, and what it was then; one list per ledger.
    private let devices: [[(time: Nanoseconds, bytes: Int64)]]
    private let hosts: [[(time: Nanoseconds, bytes: Int64)]]

    init(_ memory: DeviceMemory) {
        devices = memory.devices.map(Self.sums)
        hosts = memory.hosts.map(Self.sums)
    }

    /// Bytes held on a device at an instant.
    func device(_ index: Int, at time: Nanoseconds) -> Int64 { Self.value(devices[index], at: time) }

    /// Whether a device's ledger was ever written to: that of a replica on devices of its own is not.
    func knows(_ index: Int) -> Bool { !devices[index].isEmpty }

    /// Bytes held on a node's host at an instant.
    func host(_ index: Int, at time: Nanoseconds) -> Int64 { Self.value(hosts[index], at: time) }

    private static func sums(_ ledger: MemoryLedger) -> [(time: Nanoseconds, bytes: Int64)] {
        var pools: [Int: Int64] = [:], sum: Int64 = 0
        var list: [(time: Nanoseconds, bytes: Int64)] = []
        // Samples of one slice of the history may stand in another order than their times.
        for sample in ledger.timeline.samples {
            sum += sample.bytes - (pools[sample.pool] ?? 0)
            pools[sample.pool] = sample.bytes
            let time = max(sample.time, list.last?.time ?? 0)
            if list.last?.time == time { list.removeLast() }
            list.append((time, sum))
        }
        return list
    }

    private static func value(_ list: [(time: Nanoseconds, bytes: Int64)], at time: Nanoseconds) -> Int64 {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? list[low - 1].bytes : 0
    }
}
