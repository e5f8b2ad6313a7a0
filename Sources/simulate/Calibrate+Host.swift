import ArgumentParser
import JSONText
import Report
import Studies

extension Calibrate {
    /// `simulate calibrate host`.
    struct Host: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure this machine, one thread of it, and write it as a device.",
            discussion: """
                Runs the simulator's own kernels: matrix products of one row and of many, prompt and decode attention, \
                and whole steps of a small server for what lies between them; in CPU time of the thread, medians of \
                several runs, on weights that the caches do not hold. It refuses when p90 over the median of a \
                measurement stays too wide. The file written with -o is a device: "device": "host.json" of a node \
                group of type host-1 takes it. It says nothing of any accelerator.
                """)

        @OptionGroup var measuring: HostMeasuring

        @Flag(help: "Print fits, errors and the device as JSON.")
        var json = false

        @Option(name: [.short, .long], help: "The device file to write; - is standard output.")
        var output: String?

        func validate() throws {
            if json, output == "-" {
                throw ValidationError("only one of --json and --output - can have standard output")
            }
        }

        func run() throws {
            let calibration = try measuring.calibration()
            var text = HostReport.text(calibration)
            if json {
                let value = HostReport.json(calibration)
                text = String(decoding: JSONWriter.pretty.bytes(of: value), as: UTF8.self) + "\n"
            }
            if output == "-" { printToStandardError(text) } else { print(text, terminator: "") }
            guard let output else { return }
            try writeWhole(JSONWriter.pretty.bytes(of: calibration.file) + [UInt8(ascii: "\n")], to: output)
        }
    }
}

/// How this machine is measured.
struct HostMeasuring: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Largest p90 over median of a measurement that is accepted; 1.2 unless given.", valueName: "ratio"))
    var spread: Double?

    @Option(help: ArgumentHelp("Runs of each measurement; 15 unless given.", valueName: "n"))
    var runs: Int?

    /// Whether anything but the standard is asked for.
    var isGiven: Bool { spread != nil || runs != nil }

    func validate() throws {
        if let spread, spread <= 1 {
            throw ValidationError("--spread \(spread): expected a ratio above 1, such as 1.2")
        }
        if let runs, !(5...1000).contains(runs) {
            throw ValidationError("--runs \(runs): expected an integer from 5 to 1000")
        }
    }

    var timer: SteadyTimer { SteadyTimer(limit: spread ?? 1.2, runs: runs ?? 15) }

    /// Measures this machine; refuses one that is not steady.
    func measure() throws -> HostMeasurements {
        do {
            return try HostMeasurements(timer: timer) { printToStandardError("measuring \($0) …") }
        } catch {
            throw Failure.run(error)
        }
    }

    /// Measures and fits.
    func calibration() throws -> HostCalibration {
        let measured = try measure()
        do { return try HostCalibration(measured) } catch { throw Failure.run(error) }
    }
}

/// Writes a file that appears whole or not at all.
func writeWhole(_ bytes: [UInt8], to path: String) throws {
    do {
        let file = try FileSink(path)
        try file.write(bytes)
        try file.commit()
    } catch {
        throw Failure.run(error)
    }
}
