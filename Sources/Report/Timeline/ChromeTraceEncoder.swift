import EventEngine
import JSONText

/// The JSON trace format of Chrome, which many viewers read; some ten times the size of Perfetto's own. Groups
/// are processes and tracks are threads; times are microseconds.
///
/// Source: "Trace Event Format", Google.
struct ChromeTraceEncoder: TimelineEncoder {
    var bytes: [UInt8] = []
    let trailer = Array("\n]}\n".utf8)

    private var isFirst = true
    private var hasTrack: Set<Int32> = []
    /// Arrows under way; only looked up.
    private var flows: Set<Int64> = []

    mutating func restart() {
        isFirst = true
        hasTrack = []
        flows = []
    }

    mutating func begin(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        event("B", entry, attachments, recorder, ["name": .string(recorder.text(of: entry))])
        arrows(entry, attachments, recorder)
    }

    mutating func end(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        event("E", entry, attachments, recorder, [:])
    }

    mutating func instant(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        event("i", entry, attachments, recorder, ["name": .string(recorder.text(of: entry)), "s": "t"])
        arrows(entry, attachments, recorder)
    }

    mutating func counter(_ entry: TimelineEntry, _ recorder: TimelineRecorder) {
        let track = recorder.tracks[Int(entry.track.index)]
        guard case .counter(let unit) = track.content else { return }
        let value = Double(bitPattern: UInt64(bitPattern: entry.value))
        describe(entry.track, recorder)
        append([
            "ph": "C", "pid": process(of: entry.track, recorder), "ts": microseconds(entry.time),
            "name": .string(track.name), "args": .object([unit: .real(value)]),
        ])
    }

    private mutating func event(
        _ phase: JSONValue, _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>,
        _ recorder: TimelineRecorder, _ more: JSONObject
    ) {
        describe(entry.track, recorder)
        var members = place(phase, entry, recorder)
        for (key, value) in more { members[key] = value }
        var arguments = JSONObject()
        for attachment in attachments where attachment.kind == .argument {
            arguments[recorder.names[Int(attachment.name.index)]] = .integer(attachment.value)
        }
        if !arguments.isEmpty { members["args"] = .object(arguments) }
        append(members)
    }

    /// Arrows bind to the slice that begins with them.
    private mutating func arrows(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        for attachment in attachments where attachment.kind == .flow || attachment.kind == .flowEnd {
            let isNew = flows.insert(attachment.value).inserted
            let ends = attachment.kind == .flowEnd
            if ends { flows.remove(attachment.value) }
            // An arrow whose beginning is in no file, or in an earlier one, has nothing to end.
            if ends, isNew { continue }
            var members = place(ends ? "f" : isNew ? "s" : "t", entry, recorder)
            members["id"] = .integer(attachment.value)
            members["name"] = "flow"
            members["cat"] = "flow"
            if ends { members["bp"] = "e" }
            append(members)
        }
    }

    private func place(
        _ phase: JSONValue, _ entry: TimelineEntry, _ recorder: TimelineRecorder
    ) -> JSONObject {
        [
            "ph": phase, "pid": process(of: entry.track, recorder), "tid": .integer(Int64(entry.track.index) + 1),
            "ts": microseconds(entry.time),
        ]
    }

    private func microseconds(_ time: Nanoseconds) -> JSONValue { .real(Double(time) / 1000) }

    /// The group of a track; a track at the top is its own.
    private func process(of track: TimelineTrack, _ recorder: TimelineRecorder) -> JSONValue {
        let parent = recorder.tracks[Int(track.index)].parent
        return .integer(Int64(parent == .none ? track.index : parent.index) + 1)
    }

    /// Names a track and its group when they are first used.
    private mutating func describe(_ track: TimelineTrack, _ recorder: TimelineRecorder) {
        guard hasTrack.insert(track.index).inserted else { return }
        let description = recorder.tracks[Int(track.index)]
        if description.parent != .none, hasTrack.insert(description.parent.index).inserted {
            nameProcess(description.parent, recorder)
        }
        guard description.content == .slices else { return }
        let arguments = [
            ("thread_name", JSONObject([("name", .string(description.name))])),
            ("thread_sort_index", JSONObject([("sort_index", .integer(Int64(track.index)))])),
        ]
        for (key, argument) in arguments {
            append([
                "ph": "M", "pid": process(of: track, recorder), "tid": .integer(Int64(track.index) + 1),
                "name": .string(key), "args": .object(argument),
            ])
        }
    }

    /// A process is called by all groups above it, since processes do not nest.
    private mutating func nameProcess(_ group: TimelineTrack, _ recorder: TimelineRecorder) {
        var names: [String] = [], above = group
        while above != .none {
            names.insert(recorder.tracks[Int(above.index)].name, at: 0)
            above = recorder.tracks[Int(above.index)].parent
        }
        for (key, argument) in [
            ("process_name", JSONObject([("name", .string(names.joined(separator: " / ")))])),
            ("process_sort_index", JSONObject([("sort_index", .integer(Int64(group.index)))])),
        ] {
            append([
                "ph": "M", "pid": .integer(Int64(group.index) + 1), "name": .string(key), "args": .object(argument),
            ])
        }
    }

    private mutating func append(_ members: JSONObject) {
        bytes += Array((isFirst ? "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n" : ",\n").utf8)
        isFirst = false
        bytes += JSONWriter.compact.bytes(of: .object(members))
    }
}
