import EventEngine
import JSONText
import Scenario

/// Where events of a run go, and how often nodes and services are looked at.
public struct FlowSettings: Sendable {
    /// What Ray's monitor waits between two looks.
    static let interval: Nanoseconds = 10_000_000_000
    /// Samples, and samples times devices, at most where no interval is stated.
    static let samples: Int64 = 1000
    static let deviceSamples: Int64 = 1_000_000
    /// The smallest interval that can be stated.
    public static let smallestInterval = "1 ms"

    /// The file; `-` is standard output.
    public let path: String
    /// As stated; nil: 10 s, or a multiple of it in long runs and large clusters.
    let interval: Nanoseconds?

    /// Reads the settings as a user writes them.
    /// - Parameter interval: a time with its unit, of at least a millisecond.
    /// - Throws: what is wrong, and what to write instead.
    public init(path: String, interval: String? = nil) throws(FlowSettingProblem) {
        self.path = path
        guard let interval else {
            self.interval = nil
            return
        }
        let time: Nanoseconds
        do {
            time = try Quantity(interval, .time).integer(digits: 9)
        } catch {
            throw FlowSettingProblem(description: "--flow-interval \(interval): \(error.explanation(.time))")
        }
        guard time >= 1_000_000 else {
            throw FlowSettingProblem(
                description: "--flow-interval \(interval): expected at least \(Self.smallestInterval)")
        }
        self.interval = time
    }

    /// The distance of samples in a run of this length on so many devices.
    func interval(of run: Nanoseconds, devices: Int) -> Nanoseconds {
        if let interval { return interval }
        let most = max(1, min(Self.samples, Self.deviceSamples / Int64(max(1, devices))))
        return Self.interval * max(1, (run + most * Self.interval - 1) / (most * Self.interval))
    }
}

/// A setting of a flow that cannot be followed, with the remedy.
public struct FlowSettingProblem: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to write instead.
    public let description: String
}

/// Runs a scenario and writes what happens in the events of Flow Insight, for its server.
public struct FlowRecording {
    /// The world after its run; the same as without a flow.
    public let world: World
    /// Events written.
    public let events: Int
    /// The distance between two samples of nodes and services.
    public let interval: Nanoseconds

    /// Runs a scenario to its end.
    /// - Parameters:
    ///   - name: of the scenario and its variant; what a file name cannot hold is replaced, since a server keeps
    ///     snapshots in files of that name.
    ///   - keepsSteps: whether the world keeps lists of all steps, for samples of them.
    /// - Throws: the first problem with the file, of which nothing is left then.
    public init(
        of scenario: CheckedScenario, name: String, _ settings: FlowSettings, keepsSteps: Bool = false
    ) throws(FileProblem) {
        // A folder that is not there is told before the run, not after it.
        let file = try FileSink(settings.path)
        var world = scenario.world(timeline: TimelineRecorder(level: .step))
        if keepsSteps { world.keepSteps() }
        var use = ReplicaUse(
            scenario.plans.map { plan in
                (plan.configuration.name, plan.configuration.pools.reduce(0) { $0 + $1.replicas.count })
            }, width: settings.interval ?? FlowSettings.interval)
        world.run(timeline: { use.take(&$0) })
        self.world = world
        interval = settings.interval(of: world.now, devices: world.machine.cluster.layout.deviceCount)
        var stream = JSONStream(to: file)
        events = Self.write(scenario, world, use, interval, name: name, to: &stream)
        try stream.finish()
        try file.commit()
    }

    private static func write(
        _ scenario: CheckedScenario, _ world: World, _ use: ReplicaUse, _ interval: Nanoseconds, name: String,
        to stream: inout JSONStream
    ) -> Int {
        let writer = FlowWriter(flow: flowName(name))
        let text = "A simulated run of the scenario \(name). Timestamps are milliseconds of simulated time from 0, "
            + "durations seconds. Calls named queue and wait_… are waiting, receive_kv and weight_sync are transfers, "
            + "the others work."
        writer.write(FlowEvent(time: 0, fact: .explanation(text)), to: &stream)
        var merge = FlowMerge(sources(scenario, world) + [PhysicalFlow(scenario, world, use, interval: interval)])
        var count = 1
        while let event = merge.pop() {
            writer.write(event, to: &stream)
            count += 1
        }
        return count
    }

    private static func sources(_ scenario: CheckedScenario, _ world: World) -> [any FlowSource] {
        let layout = world.machine.cluster.layout
        return scenario.workloads.map { workload in
            switch workload.kind {
            case .serving: ServingFlow(world.serving[workload.index])
            case .jobs: JobsFlow(world.scheduling[workload.index], layout)
            case .dividedJobs: DividedJobsFlow(world.dividing[workload.index], name: workload.name, layout)
            case .rl: LearningFlow(world.learning[workload.index])
            case .training:
                TrainingFlow(
                    world.training[workload.index],
                    nodes: scenario.isSubmitted(.training, workload.index)
                        ? ["ranks"]
                        : Set(scenario.training[workload.index].devices.map { layout.node(of: $0) }).sorted()
                            .map { layout.name(of: $0) })
            }
        }
    }

    /// The name of a flow: letters, digits, dots and hyphens of a name.
    static func flowName(_ name: String) -> String {
        var result = ""
        for character in name.unicodeScalars {
            let isPlain = character.isASCII && (character.properties.isAlphabetic || ("0"..."9").contains(character))
                || character == "." || character == "-" || character == "_"
            if isPlain { result.unicodeScalars.append(character) } else if result.last != "-" { result += "-" }
        }
        return result.isEmpty ? "run" : result
    }
}
