import ArgumentParser
import Hardware
import JSONText
import Report
import Studies

/// `simulate calibrate …`. This machine's own calibration stands in a file of its own.
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit a device's timing parameters: to a table of measured kernels, or to this machine.",
        subcommands: [Table.self, Host.self], defaultSubcommand: Table.self)
}

extension Calibrate {
    /// `simulate calibrate table.csv`.
    struct Table: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "table",
            abstract: "Fit a device's timing parameters to a table of measured kernels.",
            discussion: """
                The table is CSV: operator, dtype, engine, seconds and the shape columns of each operator. \
                simulate-export in notebooks-export makes one from public tables, its probe from the accelerator at \
                hand. The profile written with -o is a patch of the shipped one; a pool of a scenario takes it with \
                "timing": "profile.json".
                """)

        @Argument(help: "A kernel table.")
        var table: String

        @Option(help: "The device that was measured: a shipped name or the path of a descriptor.")
        var device: String

        @Option(help: "The engine version to fit, where the table has several.")
        var engine: String?

        @Flag(help: "Fit shapes that serving does not meet, too, such as narrow matrices.")
        var allShapes = false

        @Flag(help: "Also show errors on kernels that were left out of the fit, for several numbers of samples.")
        var evaluate = false

        @Flag(help: ArgumentHelp(
            "Also put a surface through what the fit leaves over, in the profile.",
            discussion: "For each kind of kernel with 64 samples or more; used only inside their range."))
        var surface = false

        @Option(help: "With --evaluate: a shipped device whose parameters are held against the table, too.")
        var other: String?

        @Flag(help: "Print fits and errors as JSON.")
        var json = false

        @Option(name: [.short, .long], help: "The profile to write; - is standard output.")
        var output: String?

        func validate() throws {
            if json, output == "-" {
                throw ValidationError("only one of --json and --output - can have standard output")
            }
            if surface, output == nil { throw ValidationError("--surface says something only with --output") }
            if other != nil, !evaluate { throw ValidationError("--other says something only with --evaluate") }
        }

        func run() throws {
            let target: CalibrationDevice
            var calibration: Calibration
            var evaluation: CalibrationEvaluation?
            do {
                let descriptor = try device.hasSuffix(".json")
                    ? DeviceDescriptor(contentsOf: device) : DeviceDescriptor.named(device)
                target = try CalibrationDevice(descriptor)
                calibration = try Calibration(
                    KernelTable(contentsOf: table), on: target, engine: engine, allShapes: allShapes)
                if surface { calibration.addSurfaces(on: target) }
                if evaluate {
                    evaluation = try CalibrationEvaluation(
                        calibration, on: target, other: other.map { try DeviceDescriptor.named($0) })
                }
            } catch {
                throw Failure.input(error)
            }
            var text = CalibrationReport.text(calibration)
            if let evaluation { text += "\n" + CalibrationReport.text(evaluation) }
            if json {
                let value = CalibrationReport.json(calibration, evaluation)
                text = String(decoding: JSONWriter.pretty.bytes(of: value), as: UTF8.self) + "\n"
            }
            if output == "-" { printToStandardError(text) } else { print(text, terminator: "") }
            guard let output else { return }
            do {
                let file = try FileSink(output)
                try file.write(JSONWriter.pretty.bytes(of: calibration.profile) + [UInt8(ascii: "\n")])
                try file.commit()
            } catch {
                throw Failure.run(error)
            }
        }
    }
}
