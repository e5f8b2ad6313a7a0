import ArgumentParser
import Report

/// Options of a run that record what happens in it.
struct TimelineOptions: ParsableArguments {
    @Option(
        name: .customLong("timeline"),
        help: ArgumentHelp(
            "Record what happens: run.pftrace opens in ui.perfetto.dev, run.json (for small runs) in any viewer of "
                + "Chrome traces. Of several variants the first is recorded.", valueName: "file"))
    var path: String?

    @Option(
        name: .customLong("timeline-level"),
        help: ArgumentHelp(
            "How much is shown: job, request (each with its stages), step (each step, transfers, links, memory; the "
                + "default) or operator.", valueName: "level"))
    var level: String?

    @Option(
        name: .customLong("timeline-window"),
        help: ArgumentHelp("Only this part of simulated time, e.g. 600s:620s or :1min.", valueName: "from:to"))
    var window: String?

    @Option(
        name: .customLong("timeline-max-bytes"),
        help: ArgumentHelp(
            "Go on in another file (run.2.pftrace) before one grows larger; 200000000 unless given.",
            valueName: "n"))
    var maximumBytes: Int?

    func validate() throws {
        guard path == nil else { return }
        for (name, isGiven) in [
            ("level", level != nil), ("window", window != nil), ("max-bytes", maximumBytes != nil),
        ] where isGiven {
            throw ValidationError("--timeline-\(name) has an effect only with --timeline")
        }
    }

    /// What was asked for; nil when no timeline was.
    func settings() throws -> TimelineSettings? {
        guard let path else { return nil }
        do {
            return try TimelineSettings(path: path, level: level, window: window, maximumBytes: maximumBytes)
        } catch {
            throw Failure.input(error)
        }
    }
}
