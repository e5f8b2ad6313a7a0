import EventEngine
import JSONText
import Scenario

/// Runs a scenario and writes what happens into timeline files while it runs.
public struct TimelineRecording {
    /// A file that was written.
    public struct Segment: Equatable, Sendable {
        /// Its path.
        public var path: String
        /// Its size.
        public var bytes: Int
    }

    /// The world after its run; the same as without a timeline.
    public let world: World
    /// The files, in order of time.
    public let segments: [Segment]

    /// Runs a scenario to its end.
    /// - Parameter keepsSteps: whether the world keeps lists of all steps, for samples of them.
    /// - Throws: the first problem with a file. Files that were complete before it stay.
    public init(
        of scenario: CheckedScenario, _ settings: TimelineSettings, keepsSteps: Bool = false
    ) throws(FileProblem) {
        // A folder that is not there is told before the run, not after it.
        try FileSink(settings.path).discard()
        let recorder = TimelineRecorder(level: settings.level, window: settings.window)
        var world = scenario.world(timeline: recorder)
        if keepsSteps { world.keepSteps() }
        let files = switch settings.format {
        case .perfetto: try Self.write(&world, TimelineFile<PerfettoEncoder>(settings))
        case .chrome: try Self.write(&world, TimelineFile<ChromeTraceEncoder>(settings))
        }
        self.world = world
        segments = files.map { Segment(path: $0.path, bytes: $0.bytes) }
    }

    private static func write<Encoder>(
        _ world: inout World, _ file: TimelineFile<Encoder>
    ) throws(FileProblem) -> [(path: String, bytes: Int)] {
        var file = file
        world.run(timeline: { file.write(&$0) })
        try file.finish(world.machine.timeline)
        return file.segments
    }
}

extension TimelineFile {
    init(_ settings: TimelineSettings) {
        self.init(path: settings.path, limit: settings.maximumBytes, window: settings.window)
    }
}
