import EventEngine

/// A file format for timelines. An encoder appends to ``bytes``; whoever writes them takes them out.
///
/// What it is given are whole things with their attachments (arguments and arrows), in the order of
/// ``TimelineRecorder``. Tracks and names are looked up in the recorder when they are first used.
protocol TimelineEncoder {
    /// What has been encoded and not been taken out.
    var bytes: [UInt8] { get set }
    /// What ends a file.
    var trailer: [UInt8] { get }

    init()

    /// Begins another file, which knows nothing of the one before.
    mutating func restart()

    /// A slice begins.
    mutating func begin(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder)
    /// The innermost slice of the entry's track ends.
    mutating func end(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder)
    /// Something that takes no time.
    mutating func instant(
        _ entry: TimelineEntry, _ attachments: ArraySlice<TimelineEntry>, _ recorder: TimelineRecorder)
    /// A counter's value.
    mutating func counter(_ entry: TimelineEntry, _ recorder: TimelineRecorder)
}

extension TimelineRecorder {
    /// The name of a slice as it is shown: with its number, where it has one.
    func text(of entry: TimelineEntry) -> String {
        let name = names[Int(entry.name.index)]
        return entry.value >= 0 ? "\(name) \(entry.value)" : name
    }
}
