import ArgumentParser
import JSONText
import Report
import TraceFormats

/// `simulate trace …`.
struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at traces of requests and of jobs, convert and generate them.",
        subcommands: [Inspect.self, Import.self, Generate.self])

    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Requests: lengths, arrivals and what an unbounded prefix cache would hit. Jobs: sizes, "
                + "durations, tenants and the load they offer.")

        @Argument(help: "A trace file.")
        var trace: String

        @Option(help: "Format of the trace: \(formatNames).")
        var format: TraceFormatName = .automatic

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let found: (json: JSONValue, text: String)
            if let jobs = try format.jobFormat(ofFileAt: trace) {
                let report = JobTraceReport(JobTraceSummary(try readJobs(trace, jobs, nil)))
                found = (report.json, report.text)
            } else {
                let report = TraceReport(TraceSummary(try readTrace(trace, format.requestFormat, TraceReadOptions())))
                found = (report.json, report.text)
            }
            if json {
                try write(JSONWriter.pretty.bytes(of: found.json) + [UInt8(ascii: "\n")], to: "-")
            } else {
                print(found.text, terminator: "")
            }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a trace of any known format and write it as the project's own JSON Lines.")

        @Argument(help: "A trace file.")
        var trace: String

        @Option(help: "Format of the trace: \(formatNames).")
        var format: TraceFormatName = .automatic

        @Option(name: [.short, .long], help: "The file to write; - is standard output.")
        var output: String

        @Flag(help: "Spread requests that share a coarse timestamp evenly up to the next one.")
        var spreadTicks = false

        @Option(help: "Keep only the first so many requests or jobs.")
        var maxRequests: Int?

        func run() throws {
            if let jobs = try format.jobFormat(ofFileAt: trace) {
                if spreadTicks { throw ValidationError("--spread-ticks has an effect on requests only") }
                return try writeJobs(try readJobs(trace, jobs, maxRequests), to: output)
            }
            let options = TraceReadOptions(spreadTicks: spreadTicks, maximumRequests: maxRequests)
            try writeTrace(try readTrace(trace, format.requestFormat, options), mooncake: false, to: output)
        }
    }

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Generate a trace with the published statistics of a real one.")

        @Option(help: ArgumentHelp(
            "What to imitate: requests as in \(GeneratorConfiguration.presetNames.joined(separator: ", ")), "
                + "batch jobs as in \(JobProfile.names.joined(separator: ", "))."))
        var preset: String

        @Option(help: "Number of requests, or of jobs, instead of the real trace's.")
        var requests: Int?

        @Option(help: "Seed of the random streams.")
        var seed: UInt64 = 1

        @Option(help: "simulate (the project's own) or mooncake.")
        var format = "simulate"

        @Option(name: [.short, .long], help: "The file to write; - is standard output.")
        var output: String

        func validate() throws {
            guard ["simulate", "mooncake"].contains(format) else {
                throw ValidationError("--format \(format): expected simulate or mooncake")
            }
            if let requests, requests < 1 { throw ValidationError("--requests \(requests): expected at least 1") }
        }

        func run() throws {
            if let clusters = JobProfile.clusters(named: preset) { return try generateJobs(clusters) }
            guard var configuration = GeneratorConfiguration.preset(named: preset) else {
                let known = GeneratorConfiguration.presetNames + JobProfile.names
                let near = Spelling.nearest(to: preset, among: known).map { "did you mean \($0)?" }
                throw Failure(
                    message: "--preset \(preset): no such preset; "
                        + (near ?? "known are \(known.joined(separator: ", "))"), status: 2)
            }
            if let requests { configuration.requests = requests }
            do {
                let trace = try RequestGenerator.generate(configuration, seed: seed)
                try writeTrace(trace, mooncake: format == "mooncake", to: output)
            } catch let problem as GeneratorProblem {
                throw Failure.input(problem)
            }
        }

        private func generateJobs(_ clusters: [JobProfile]) throws {
            guard format == "simulate" else {
                throw ValidationError("--format \(format): jobs have the project's own format only")
            }
            var configuration = JobProfileConfiguration(clusters: clusters)
            configuration.jobs = requests
            do {
                try writeJobs(try JobGenerator.generate(configuration, seed: seed), to: output)
            } catch let problem as GeneratorProblem {
                throw Failure.input(problem)
            }
        }
    }
}

private let formatNames = TraceFormatName.allValueStrings.joined(separator: ", ")

private func readJobs(_ path: String, _ format: JobTraceFormat, _ maximum: Int?) throws -> JobTrace {
    if let maximum, maximum < 1 { throw ValidationError("--max-requests \(maximum): expected at least 1") }
    do {
        return try JobTraceReader.read(path: path, format: format, maximumJobs: maximum)
    } catch {
        throw Failure.input(error)
    }
}

private func writeJobs(_ trace: JobTrace, to path: String) throws {
    do {
        let file = try FileSink(path)
        try JobTraceWriter.write(trace) { bytes throws(FileProblem) in try file.write(bytes) }
        try file.commit()
    } catch {
        throw Failure.run(error)
    }
}

private func readTrace(
    _ path: String, _ format: RequestTraceFormat, _ options: TraceReadOptions
) throws -> RequestTrace {
    do {
        return try RequestTraceReader.read(path: path, format: format, options: options)
    } catch {
        throw Failure.input(error)
    }
}

private func writeTrace(_ trace: RequestTrace, mooncake: Bool, to path: String) throws {
    do {
        let file = try FileSink(path)
        let sink: ([UInt8]) throws(FileProblem) -> Void = { bytes throws(FileProblem) in try file.write(bytes) }
        if mooncake {
            try RequestTraceWriter.writeMooncake(trace, to: sink)
        } else {
            try RequestTraceWriter.writeSimulate(trace, to: sink)
        }
        try file.commit()
    } catch {
        throw Failure.run(error)
    }
}
