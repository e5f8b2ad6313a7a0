import EventEngine
import JSONText

/// What somebody wants to see of a run.
public struct TimelineSettings: Sendable {
    /// Bytes of a file at most, unless something else is asked for: viewers in a browser hold some ten times that.
    public static let defaultMaximumBytes = 200_000_000
    /// A file has to hold its tracks and what is open.
    public static let smallestMaximumBytes = 65_536

    /// The file; its name's end says in which format.
    public let path: String
    let format: TimelineFormat
    let level: TimelineLevel
    let window: Range<Nanoseconds>
    let maximumBytes: Int

    /// Reads the settings as a user writes them.
    /// - Parameters:
    ///   - level: `job`, `request`, `step` or `operator`; `step` unless given.
    ///   - window: `from:to`, times with units; either may be absent.
    ///   - maximumBytes: of one file.
    /// - Throws: what is wrong, and what to write instead.
    public init(
        path: String, level: String? = nil, window: String? = nil, maximumBytes: Int? = nil
    ) throws(TimelineSettingProblem) {
        guard let format = TimelineFormat(path: path) else {
            let known = TimelineFormat.extensions.joined(separator: ", ")
            throw TimelineSettingProblem(
                "--timeline \(path): the name of the file says its format; let it end in one of \(known)")
        }
        self.path = path
        self.format = format
        self.level = try Self.level(level)
        self.window = try Self.window(window)
        self.maximumBytes = maximumBytes ?? Self.defaultMaximumBytes
        guard self.maximumBytes >= Self.smallestMaximumBytes else {
            throw TimelineSettingProblem(
                "--timeline-max-bytes \(self.maximumBytes): expected at least \(Self.smallestMaximumBytes)")
        }
    }

    private static func level(_ text: String?) throws(TimelineSettingProblem) -> TimelineLevel {
        guard let text else { return .step }
        if let level = TimelineLevel(named: text), level > .off { return level }
        let names = TimelineLevel.allCases.filter { $0 > .off }.map(\.name)
        let near = Spelling.nearest(to: text, among: names).map { "did you mean \($0)?" }
        throw TimelineSettingProblem(
            "--timeline-level \(text): " + (near ?? "expected one of \(names.joined(separator: ", "))"))
    }

    private static func window(_ text: String?) throws(TimelineSettingProblem) -> Range<Nanoseconds> {
        guard let text else { return 0..<Nanoseconds.max }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw TimelineSettingProblem("--timeline-window \(text): expected from:to, such as 600s:620s")
        }
        let from = try instant(parts[0], in: text) ?? 0, to = try instant(parts[1], in: text) ?? Nanoseconds.max
        guard from < to else {
            throw TimelineSettingProblem("--timeline-window \(text): it ends before it begins; expected from:to")
        }
        return from..<to
    }

    private static func instant(_ part: String, in text: String) throws(TimelineSettingProblem) -> Nanoseconds? {
        if part.isEmpty { return nil }
        do {
            return try Quantity(part, .time).integer(digits: 9)
        } catch {
            throw TimelineSettingProblem("--timeline-window \(text): \(part): \(error.explanation(.time))")
        }
    }
}

/// A setting of a timeline that cannot be followed, with the remedy.
public struct TimelineSettingProblem: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to write instead.
    public let description: String

    init(_ description: String) { self.description = description }
}
