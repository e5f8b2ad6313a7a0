import ArgumentParser
import JSONText
import Report
import Scenario
import Studies

let engineVersion = ResultDocument.engineVersion

/// `simulate run`, also the command when none is named.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a scenario and its variants: a table on the terminal, a result on request.")

    @Argument(help: "A scenario, or a result, whose embedded scenario is run again.")
    var scenario: String

    @Option(name: [.short, .long], help: "Write the result as JSON; - is standard output.")
    var output: String?

    @Flag(help: "Print the result as JSON instead of the table.")
    var json = false

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Change the scenario, e.g. workloads.chat.engine.max_sequences=128; repeatable. "
            + "A variant's own patch is applied afterwards.", valueName: "path=value"))
    var settings: [String] = []

    @Option(help: "Seed of all random streams, instead of the scenario's.")
    var seed: Int?

    @Option(parsing: .singleValue, help: "Run only this variant (base is the scenario itself); repeatable.")
    var variant: [String] = []

    @Option(help: "Write a record per request: JSON Lines, or CSV where the name ends in .csv; - is standard output.")
    var requests: String?

    @OptionGroup var timeline: TimelineOptions

    @OptionGroup var flow: FlowOptions

    @Option(help: ArgumentHelp(
        "Write a record per job of a scheduler, be it a batch job or a workload that it starts, with its runs and why "
            + "it waited, as JSON Lines, or as a table where the name ends in .csv; - is standard output."))
    var jobRecords: String?

    @Option(help: ArgumentHelp(
        "Run it as often again with drawn timing parameters, as well as their provenance knows them: every headline "
            + "figure gets its 5 % to 95 %, a comparison its probability; 16 is a good number.", valueName: "n"))
    var draws: Int?

    @Option(help: "Take measurements of sampled steps from this file of simulate sample, instead of the scenario's.")
    var samples: String?

    @Flag(help: "Sample steps with real kernels on this machine first, as simulate sample does, then run with them.")
    var sample = false

    @Option(help: "Runs with drawn parameters at once; changes no result. All processors unless given.")
    var jobs: Int?

    func validate() throws {
        if let draws, !(2...10_000).contains(draws) {
            throw ValidationError("--draws \(draws): expected an integer from 2 to 10000")
        }
        if sample, samples != nil { throw ValidationError("--sample makes the samples that --samples would read") }
        if let jobs, jobs < 1 { throw ValidationError("--jobs \(jobs): expected an integer of at least 1") }
        if jobs != nil, draws == nil { throw ValidationError("--jobs has an effect only with --draws") }
        if let seed, seed < 0 { throw ValidationError("--seed \(seed): expected an integer of at least 0") }
        if outputs.filter({ $0 == "-" }).count > 1 {
            throw ValidationError(
                "only one of --json, --output -, --requests -, --job-records - and --flow - can have standard output")
        }
    }

    private var outputs: [String] { [output, requests, jobRecords, flow.path].compactMap { $0 } + (json ? ["-"] : []) }

    func run() throws {
        let recorded = try timeline.settings(), flow = try flow.settings()
        let document = try loadScenario(scenario, settings: settings, seed: seed)
        let names = try chosenVariants(variant, of: document)
        var runs = try simulate(document, names, recorded, flow)
        if let draws { addDraws(ParameterDraws(seed: document.drawSeed, count: draws), to: &runs) }
        try writeRecords(runs)
        let targets = [output, json ? "-" : nil].compactMap { $0 }
        if !targets.isEmpty {
            let result = ResultDocument(scenario: document.value, variants: runs)
            let text = JSONWriter.pretty.bytes(of: result.value) + [UInt8(ascii: "\n")]
            for target in targets { try write(text, to: target) }
        }
        if !outputs.contains("-") {
            print(SummaryTable(name: document.value["name"]?.stringValue ?? scenario, runs: runs).text, terminator: "")
        }
        let drawn = runs.flatMap { $0.drawn?.outcomes ?? [] }.joined()
        if (runs.flatMap(\.checks) + drawn.flatMap(\.checks)).contains(where: { !$0.holds }) {
            throw Failure(message: "a conservation check failed; see checks in the result", status: 1)
        }
    }

    private func simulate(
        _ document: ScenarioDocument, _ names: [String], _ recorded: TimelineSettings?, _ flow: FlowSettings?
    ) throws -> [VariantRun] {
        let checked = try checkedVariants(document, names)
        let fresh = sample ? try makeSamples(checked, of: document) : nil
        return try checked.enumerated().map { index, entry in
            let file = try fresh ?? samplesFile(of: entry, document)
            let scenario = file?.applied(to: entry.scenario, variant: entry.name) ?? entry.scenario
            if index == 0, let flow {
                let run = try record(entry.name, of: document, scenario, flow, samples: file)
                if recorded == nil { return run }
            }
            if index == 0, let recorded {
                return try record(entry.name, scenario, recorded, samples: file)
            }
            var world = scenario.world()
            if file != nil { world.keepSteps() }
            world.run()
            return VariantRun(entry.name, scenario, world, file)
        }
    }

    /// Runs a variant and says where its timeline is.
    private func record(
        _ name: String, _ scenario: CheckedScenario, _ settings: TimelineSettings, samples: SamplesFile?
    ) throws -> VariantRun {
        do {
            let recording = try TimelineRecording(of: scenario, settings, keepsSteps: samples != nil)
            for segment in recording.segments {
                printToStandardError("timeline of variant \(name): \(segment.path), \(segment.bytes) bytes")
            }
            return VariantRun(name, scenario, recording.world, samples)
        } catch {
            throw Failure.run(error)
        }
    }

    /// Runs a variant and says where its events are.
    private func record(
        _ name: String, of document: ScenarioDocument, _ scenario: CheckedScenario, _ settings: FlowSettings,
        samples: SamplesFile?
    ) throws -> VariantRun {
        let title = document.value["name"]?.stringValue ?? "scenario"
        do {
            let recording = try FlowRecording(
                of: scenario, name: "\(title).\(name)", settings, keepsSteps: samples != nil)
            printToStandardError("flow of variant \(name): \(settings.path), \(recording.events) events")
            return VariantRun(name, scenario, recording.world, samples)
        } catch {
            throw Failure.run(error)
        }
    }

    /// The samples that a variant takes as an input, if any.
    private func samplesFile(
        of entry: (name: String, scenario: CheckedScenario), _ document: ScenarioDocument
    ) throws -> SamplesFile? {
        guard let path = samples ?? entry.scenario.sampling.samples else { return nil }
        let file: SamplesFile
        do { file = try SamplesFile(contentsOf: path) } catch { throw Failure.input(error) }
        if let mismatch = file.mismatch(variant: entry.name, of: document) {
            throw Failure(message: "\(path): \(mismatch); run simulate sample again", status: 2)
        }
        return file
    }

    private func addDraws(_ draws: ParameterDraws, to runs: inout [VariantRun]) {
        let scenarios = runs.map(\.scenario)
        let jobs = jobs ?? processorCount
        let drawn = waitFor { await draws.run(scenarios, jobs: jobs) }
        for index in runs.indices { runs[index].drawn = drawn[index] }
    }

    private func writeRecords(_ runs: [VariantRun]) throws {
        if let jobRecords { try writeJobRecords(runs, to: jobRecords) }
        guard let requests else { return }
        do {
            let file = try FileSink(requests)
            if requests.hasSuffix(".csv") {
                try RequestRecordWriter.writeCSV(runs, to: file)
                return try file.commit()
            }
            var stream = JSONStream(to: file)
            for run in runs { RequestRecordWriter.write(run, to: &stream) }
            try stream.finish()
            try file.commit()
        } catch {
            throw Failure.run(error)
        }
    }

    private func writeJobRecords(_ runs: [VariantRun], to path: String) throws {
        guard runs.contains(where: { !$0.world.scheduling.isEmpty || !$0.world.dividing.isEmpty }) else {
            throw Failure(message: "--job-records: the scenario has no workload of kind jobs", status: 2)
        }
        do {
            let file = try FileSink(path)
            if path.hasSuffix(".csv") {
                try JobRecordWriter.writeTable(runs, to: file)
            } else {
                var stream = JSONStream(to: file)
                for run in runs { JobRecordWriter.write(run, to: &stream) }
                try stream.finish()
            }
            try file.commit()
        } catch {
            throw Failure.run(error)
        }
    }
}

/// A scenario with settings applied.
func loadScenario(_ path: String, settings: [String], seed: Int?) throws -> ScenarioDocument {
    let seeds = seed.map { ["seed=\($0)"] } ?? []
    do {
        return try ScenarioDocument(contentsOf: path, settings: settings + seeds)
    } catch {
        throw Failure.input(error)
    }
}

/// The variants that were asked for, in the order of the scenario; all where none was.
func chosenVariants(_ variant: [String], of document: ScenarioDocument) throws -> [String] {
    let known = document.variantNames
    for name in variant where !known.contains(name) {
        let near = Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
        throw Failure(
            message: "--variant \(name): no such variant; "
                + (near ?? "known are \(known.joined(separator: ", "))"), status: 2)
    }
    return variant.isEmpty ? known : known.filter(variant.contains)
}

/// Checks every variant before the first one runs, so that no work is lost on a late mistake.
func checkedVariants(
    _ document: ScenarioDocument, _ names: [String]
) throws -> [(name: String, scenario: CheckedScenario)] {
    let cache = TraceCache()
    var checked: [(name: String, scenario: CheckedScenario)] = []
    var problems: [JSONProblem] = []
    for name in names {
        do {
            checked.append((name, try document.checked(variant: name, traces: cache)))
        } catch {
            problems += error.problems.filter { !problems.contains($0) }
        }
    }
    guard problems.isEmpty else { throw Failure.input(JSONProblems(problems)) }
    return checked
}

/// Writes a whole file, or nothing.
func write(_ bytes: [UInt8], to path: String) throws {
    do {
        let file = try FileSink(path)
        try file.write(bytes)
        try file.commit()
    } catch {
        throw Failure.run(error)
    }
}
