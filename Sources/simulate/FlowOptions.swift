import ArgumentParser
import Report

/// Options of a run that write its events for Flow Insight.
struct FlowOptions: ParsableArguments {
    @Option(
        name: .customLong("flow"),
        help: ArgumentHelp(
            "Write what happens as events of Flow Insight (calls, objects, contexts, resources, nodes) in JSON Lines, "
                + "which its server takes as they are; - is standard output. Of several variants the first is written; "
                + "with --timeline it is run twice.", valueName: "file"))
    var path: String?

    @Option(
        name: .customLong("flow-interval"),
        help: ArgumentHelp(
            "Simulated time between two looks at nodes and services, at least 1 ms; 10 s, or longer for long runs and "
                + "many devices, unless given.", valueName: "time"))
    var interval: String?

    func validate() throws {
        if path == nil, interval != nil { throw ValidationError("--flow-interval has an effect only with --flow") }
    }

    /// What was asked for; nil when no flow was.
    func settings() throws -> FlowSettings? {
        guard let path else { return nil }
        do {
            return try FlowSettings(path: path, interval: interval)
        } catch {
            throw Failure.input(error)
        }
    }
}
