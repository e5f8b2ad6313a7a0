import EventEngine

/// Perfetto's native format: a trace is a concatenation of packets, each a length and a message. Opens in
/// ui.perfetto.dev. Names are written once and then referred to by number; a packet takes some 25 bytes.
///
/// Field numbers: perfetto.dev, `TracePacket`, `TrackDescriptor`, `CounterDescriptor`, `TrackEvent`,
/// `DebugAnnotation`, `InternedData`.
struct PerfettoEncoder: TimelineEncoder {
    private enum Packet {
        static let packet: UInt64 = 1
        static let timestamp: UInt64 = 8, sequence: UInt64 = 10, event: UInt64 = 11, interned: UInt64 = 12
        static let flags: UInt64 = 13, descriptor: UInt64 = 60
    }
    private enum Event {
        static let annotation: UInt64 = 4, type: UInt64 = 9, nameNumber: UInt64 = 10, track: UInt64 = 11
        static let name: UInt64 = 23, counter: UInt64 = 44, flow: UInt64 = 47, flowEnd: UInt64 = 48
        static let begins: UInt64 = 1, ends: UInt64 = 2, isInstant: UInt64 = 3, isCounter: UInt64 = 4
    }
    private static let firstPacket: UInt64 = 1, needsNames: UInt64 = 2

    private var buffer = ProtobufBuffer()
    private var isFirst = true
    private var hasTrack: [Bool] = []
    /// Names that were written: of slices, and of arguments.
    private var hasName: [Bool] = []
    private var hasArgument: [Bool] = []

    var bytes: [UInt8] {
        get { buffer.bytes }
        _modify { yield &buffer.bytes }
    }
    var trailer: [UInt8] { [] }

    mutating func restart() {
        isFirst = true
        (hasTrack, hasName, hasArgument) = ([], [], [])
    }

    mutating func begin(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        named(Event.begins, entry, attachments, recorder)
    }

    mutating func instant(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        named(Event.isInstant, entry, attachments, recorder)
    }

    mutating func end(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        let fresh = newArguments(attachments)
        packet(entry, recorder, names: [], arguments: fresh) { event in
            event.integer(Event.type, Event.ends)
            Self.attach(attachments, to: &event)
        }
    }

    mutating func counter(_ entry: TimelineEntry, _ recorder: TimelineRecorder) {
        packet(entry, recorder, names: [], arguments: []) { event in
            event.integer(Event.type, Event.isCounter)
            event.double(Event.counter, Double(bitPattern: UInt64(bitPattern: entry.value)))
        }
    }

    private mutating func named(
        _ type: UInt64, _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>,
        _ recorder: TimelineRecorder
    ) {
        let hasNumber = entry.value >= 0
        let text = hasNumber ? recorder.text(of: entry) : ""
        let fresh = newArguments(attachments)
        let names = !hasNumber && Self.mark(entry.name.index, in: &hasName) ? [entry.name.index] : []
        packet(entry, recorder, names: names, arguments: fresh) { event in
            event.integer(Event.type, type)
            if hasNumber {
                event.text(Event.name, text)
            } else {
                event.integer(Event.nameNumber, UInt64(entry.name.index) + 1)
            }
            Self.attach(attachments, to: &event)
        }
    }

    private static func attach(_ attachments: ArraySlice<TimelineEntry>, to event: inout ProtobufBuffer) {
        for attachment in attachments {
            switch attachment.kind {
            case .argument:
                event.message(Event.annotation) { annotation in
                    annotation.integer(1, UInt64(attachment.name.index) + 1)
                    annotation.signed(4, attachment.value)
                }
            case .flow: event.fixed(Event.flow, UInt64(attachment.value))
            case .flowEnd: event.fixed(Event.flowEnd, UInt64(attachment.value))
            default: break
            }
        }
    }

    private mutating func packet(
        _ entry: TimelineEntry, _ recorder: TimelineRecorder, names: [Int32], arguments: [Int32],
        _ body: (inout ProtobufBuffer) -> Void
    ) {
        describe(entry.track, recorder)
        let texts = recorder.names
        buffer.message(Packet.packet) { packet in
            packet.integer(Packet.timestamp, UInt64(max(0, entry.time)))
            packet.integer(Packet.sequence, 1)
            packet.integer(Packet.flags, isFirst ? Self.firstPacket | Self.needsNames : Self.needsNames)
            if !names.isEmpty || !arguments.isEmpty {
                packet.message(Packet.interned) { interned in
                    for name in names { Self.intern(2, name, texts, &interned) }
                    for name in arguments { Self.intern(3, name, texts, &interned) }
                }
            }
            packet.message(Packet.event) { event in
                event.integer(Event.track, Self.identifier(entry.track))
                body(&event)
            }
        }
        isFirst = false
    }

    private static func intern(_ field: UInt64, _ name: Int32, _ texts: [String], _ interned: inout ProtobufBuffer) {
        interned.message(field) { item in
            item.integer(1, UInt64(name) + 1)
            item.text(2, texts[Int(name)])
        }
    }

    /// Writes what a track is, and its groups before it, when it is first used.
    private mutating func describe(_ track: TimelineTrack, _ recorder: TimelineRecorder) {
        guard track != .none, Self.mark(track.index, in: &hasTrack) else { return }
        let description = recorder.tracks[Int(track.index)]
        describe(description.parent, recorder)
        buffer.message(Packet.packet) { packet in
            packet.integer(Packet.sequence, 1)
            packet.message(Packet.descriptor) { descriptor in
                descriptor.integer(1, Self.identifier(track))
                descriptor.text(2, description.name)
                if description.parent != .none { descriptor.integer(5, Self.identifier(description.parent)) }
                if case .counter(let unit) = description.content {
                    descriptor.message(8) { $0.text(6, unit) }
                }
                // Children in the order of their ranks, which is that in which they were made.
                if description.content == .group { descriptor.integer(11, 3) }
                descriptor.signed(12, Int64(track.index))
            }
        }
    }

    private mutating func newArguments(_ attachments: ArraySlice<TimelineEntry>) -> [Int32] {
        var fresh: [Int32] = []
        for attachment in attachments where attachment.kind == .argument {
            if Self.mark(attachment.name.index, in: &hasArgument) { fresh.append(attachment.name.index) }
        }
        return fresh
    }

    /// Tracks are counted from 1: 0 is the trace's own.
    private static func identifier(_ track: TimelineTrack) -> UInt64 { UInt64(track.index) + 1 }

    /// Whether something is new; from now on it is not.
    private static func mark(_ index: Int32, in known: inout [Bool]) -> Bool {
        let index = Int(index)
        if index >= known.count { known += Array(repeating: false, count: index + 1 - known.count) }
        guard !known[index] else { return false }
        known[index] = true
        return true
    }
}
