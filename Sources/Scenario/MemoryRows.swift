import EventEngine
import Hardware

/// The memory pools of devices and hosts in a timeline: a counter each, from the history that the ledgers keep.
enum MemoryRows {
    /// Samples that a ledger keeps; beyond them time is cut into coarser slices, of which no peak is lost.
    static let samples = 4096

    /// Shows the history of every pool that ever held something; called once, at the end of a run.
    static func record(_ machine: inout Machine) {
        var group = TimelineTrack.none
        for ledger in machine.cluster.memory.devices + machine.cluster.memory.hosts {
            var rows: [Int: TimelineTrack] = [:]
            for sample in ledger.timeline.samples {
                if group == .none { group = machine.timeline.group("memory") }
                let row = rows[sample.pool] ?? machine.timeline.counter(
                    "\(ledger.name) \(ledger.poolStates[sample.pool].name)", unit: "B", in: group)
                rows[sample.pool] = row
                machine.timeline.count(row, Double(sample.peakBytes), at: sample.time)
                machine.timeline.count(row, Double(sample.bytes), at: sample.time)
            }
        }
    }
}
