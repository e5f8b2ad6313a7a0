import EventEngine
import Hardware

/// The rows of links and copy engines in a timeline: when each is busy, and what it carries.
struct LinkTimeline: Sendable {
    private var busyName = TimelineName.none
    /// Rows by link, in the order of the cluster.
    private var rows: [Row] = []

    private struct Row: Sendable {
        var busy: TimelineTrack
        var load: TimelineTrack
        var isBusy = false
    }

    /// Shows what links carry now.
    mutating func record(_ machine: inout Machine) {
        if rows.isEmpty { makeRows(&machine) }
        var loads: [LinkLoad] = []
        machine.network.takeLoads { loads.append($0) }
        for load in loads { record(load, &machine) }
    }

    private mutating func makeRows(_ machine: inout Machine) {
        let group = machine.timeline.group("links")
        busyName = machine.timeline.name("busy")
        for link in 0..<machine.network.linkCount {
            let name = machine.network.name(ofLink: Int32(link))
            let busy = machine.timeline.track(name, in: group)
            rows.append(Row(busy: busy, load: machine.timeline.counter("\(name) load", unit: "B/s", in: group)))
        }
    }

    private mutating func record(_ load: LinkLoad, _ machine: inout Machine) {
        let index = Int(load.link)
        if load.flows > 0, !rows[index].isBusy {
            machine.timeline.begin(rows[index].busy, busyName, at: load.time)
        } else if load.flows == 0, rows[index].isBusy {
            machine.timeline.end(rows[index].busy, at: load.time)
        }
        rows[index].isBusy = load.flows > 0
        machine.timeline.count(rows[index].load, load.bytesPerSecond, at: load.time)
    }
}
