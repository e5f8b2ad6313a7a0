import EventEngine
import JSONText

/// A format of timeline files, by the end of a file's name.
public enum TimelineFormat: Sendable {
    /// Perfetto's native format.
    case perfetto
    /// Chrome's JSON, for small runs.
    case chrome

    /// The ends of names that are known.
    public static let extensions = [".pftrace", ".perfetto-trace", ".json"]

    /// The format of a file; `nil` when its name has no known end.
    public init?(path: String) {
        guard let known = Self.extensions.first(where: path.hasSuffix) else { return nil }
        self = known == ".json" ? .chrome : .perfetto
    }
}

/// Writes what a recorder holds into a file, or several that each stand alone.
///
/// A file that would grow beyond the limit is closed and another begun: `run.pftrace`, `run.2.pftrace`, … A slice
/// that is open then is shown in both, without an end in the earlier one; so every slice ends in exactly one file.
/// What reaches over the edges of the window is cut off there.
struct TimelineFile<Encoder: TimelineEncoder> {
    /// Files written so far, with their size in bytes.
    private(set) var segments: [(path: String, bytes: Int)] = []

    private let path: String
    private let limit: Int
    private let window: Range<Nanoseconds>
    private var encoder = Encoder()
    private var sink: FileSink?
    /// Bytes of the present file that are written, and those that every file begins with.
    private var written = 0
    private var opening = 0
    /// Open slices of each track, the innermost last.
    private var open: [[OpenSlice]] = []
    /// The latest value of each counter, for the next file.
    private var counters: [TimelineEntry?] = []
    /// What counters were when the window began, until it is written.
    private var pending: [TimelineEntry?] = []
    /// The latest instant of anything.
    private var latest: Nanoseconds = 0
    private var problem: FileProblem?

    private struct OpenSlice {
        var entry: TimelineEntry
        var arguments: [TimelineEntry]
        /// Whether it has begun in the present file.
        var isWritten = false
    }

    init(path: String, limit: Int, window: Range<Nanoseconds>) {
        self.path = path
        self.limit = limit
        self.window = window
    }

    /// Writes all entries and takes them out of the recorder. After the first problem nothing more is written.
    mutating func write(_ recorder: inout TimelineRecorder) {
        let entries = recorder.entries
        var position = 0
        while position < entries.count, problem == nil {
            var next = position + 1
            while next < entries.count, entries[next].isAttachment { next += 1 }
            let attachments = entries[(position + 1)..<next]
            if next < entries.count, entries[position].kind == .begin, entries[next].kind == .end,
                entries[next].track == entries[position].track {
                // A slice with nothing inside needs no bookkeeping.
                var after = next + 1
                while after < entries.count, entries[after].isAttachment { after += 1 }
                leaf(entries[position], attachments, entries[next], entries[(next + 1)..<after], recorder)
                next = after
            } else {
                write(entries[position], attachments, recorder)
            }
            position = next
        }
        recorder.removeEntries()
    }

    /// Ends what is open, with the last thing that happened, and closes the last file.
    mutating func finish(_ recorder: TimelineRecorder) throws(FileProblem) {
        let left = pending.compactMap { $0 }
        for value in left { emit(recorder) { $0.counter(value, $1) } }
        for track in open.indices {
            while let slice = open[track].last {
                write(
                    TimelineEntry(kind: .end, track: slice.entry.track, name: .none, time: latest, value: 0), [],
                    recorder)
            }
        }
        if sink == nil { openSegment(recorder) }
        closeSegment()
        if let problem { throw problem }
    }

    // MARK: Entries

    private mutating func write(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        let track = Int(entry.track.index)
        grow(to: track + 1)
        latest = max(latest, entry.time)
        switch entry.kind {
        case .begin:
            open[track].append(OpenSlice(entry: entry, arguments: attachments.filter { $0.kind == .argument }))
            if entry.time >= window.lowerBound, entry.time < window.upperBound {
                showOuter(track, dropping: 1, at: entry.time, recorder)
                emit(recorder) { $0.begin(entry, attachments, $1) }
                open[track][open[track].count - 1].isWritten = true
            }
        case .end:
            guard !open[track].isEmpty else { return }
            if entry.time > window.lowerBound || window.contains(entry.time) {
                showOuter(track, dropping: 0, at: entry.time, recorder)
            }
            if open[track][open[track].count - 1].isWritten {
                var cut = entry
                cut.time = min(entry.time, window.upperBound)
                emit(recorder) { $0.end(cut, attachments, $1) }
            }
            open[track].removeLast()
        case .instant:
            guard window.contains(entry.time) else { return }
            emit(recorder) { $0.instant(entry, attachments, $1) }
        case .counter:
            count(entry, recorder)
        default: break
        }
    }

    private mutating func leaf(
        _ begin: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ end: TimelineEntry,
        _ endAttachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder
    ) {
        guard begin.time < window.upperBound, end.time > window.lowerBound || window.contains(begin.time)
        else { return }
        grow(to: Int(begin.track.index) + 1)
        latest = max(latest, end.time)
        var (begin, end) = (begin, end)
        begin.time = max(begin.time, window.lowerBound)
        end.time = min(end.time, window.upperBound)
        showOuter(Int(begin.track.index), dropping: 0, at: begin.time, recorder)
        emit(recorder) {
            $0.begin(begin, attachments, $1)
            $0.end(end, endAttachments, $1)
        }
    }

    private mutating func count(_ entry: TimelineEntry, _ recorder: TimelineRecorder) {
        guard entry.time < window.upperBound else { return }
        let track = Int(entry.track.index)
        guard entry.time >= window.lowerBound else {
            // Only the last value matters: it holds when the window begins.
            var value = entry
            value.time = window.lowerBound
            pending[track] = value
            return
        }
        let value = pending[track]
        pending[track] = nil
        if let value { emit(recorder) { $0.counter(value, $1) } }
        emit(recorder) { $0.counter(entry, $1) }
        counters[track] = entry
    }

    /// Begins outer slices that began before the window, or were begun in an earlier file.
    private mutating func showOuter(
        _ track: Int, dropping count: Int, at time: Nanoseconds, _ recorder: TimelineRecorder
    ) {
        guard time >= window.lowerBound else { return }
        for depth in 0..<max(0, open[track].count - count) where !open[track][depth].isWritten {
            guard open[track][depth].entry.time < window.upperBound else { return }
            var begin = open[track][depth].entry
            begin.time = max(begin.time, window.lowerBound)
            let arguments = open[track][depth].arguments[...]
            emit(recorder) { $0.begin(begin, arguments, $1) }
            open[track][depth].entry = begin
            open[track][depth].isWritten = true
        }
    }

    private mutating func grow(to count: Int) {
        while open.count < count {
            open.append([])
            counters.append(nil)
            pending.append(nil)
        }
    }

    // MARK: Files

    /// Encodes something whole into the present file, or into a new one when it would grow too large.
    private mutating func emit(
        _ recorder: TimelineRecorder, _ body: (inout Encoder, TimelineRecorder) -> Void
    ) {
        if sink == nil { openSegment(recorder) }
        let mark = encoder.bytes.count
        body(&encoder, recorder)
        if written + encoder.bytes.count + encoder.trailer.count > limit, written + mark > opening {
            encoder.bytes.removeLast(encoder.bytes.count - mark)
            closeSegment()
            openSegment(recorder)
            body(&encoder, recorder)
        }
        if encoder.bytes.count > 1 << 20 { flush() }
    }

    private mutating func openSegment(_ recorder: TimelineRecorder) {
        encoder.restart()
        let name = Self.name(path, segment: segments.count + 1)
        do { sink = try FileSink(name) } catch { problem = problem ?? error }
        segments.append((name, 0))
        written = 0
        for track in open.indices {
            for depth in open[track].indices where open[track][depth].isWritten {
                encoder.begin(open[track][depth].entry, open[track][depth].arguments[...], recorder)
            }
        }
        for counter in counters.compactMap({ $0 }) { encoder.counter(counter, recorder) }
        opening = encoder.bytes.count
    }

    private mutating func closeSegment() {
        encoder.bytes += encoder.trailer
        flush()
        segments[segments.count - 1].bytes = written
        do { try sink?.commit() } catch { problem = problem ?? error }
        sink = nil
    }

    private mutating func flush() {
        written += encoder.bytes.count
        do { try sink?.write(encoder.bytes) } catch { problem = problem ?? error }
        encoder.bytes.removeAll(keepingCapacity: true)
    }

    /// `run.pftrace`, `run.2.pftrace`, …
    static func name(_ path: String, segment: Int) -> String {
        guard segment > 1, let known = TimelineFormat.extensions.first(where: path.hasSuffix) else { return path }
        return "\(path.dropLast(known.count)).\(segment)\(known)"
    }
}
