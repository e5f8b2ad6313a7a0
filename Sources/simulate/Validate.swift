import ArgumentParser
import Glibc
import JSONText
import Report
import Studies

/// `simulate validate …`. Subcommands stand in files of their own.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hold simulations against measurements and against what can be known otherwise.",
        subcommands: [Manifests.self, Separation.self, Host.self], defaultSubcommand: Manifests.self)

    /// `simulate validate [manifest.json …]`, also the command when none is named.
    struct Manifests: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "manifests",
            abstract: "Predictions beside measurements, as a table of errors.",
            discussion: """
                A manifest names a scenario, a file of measurements, and what their columns mean; those in Validation/ \
                show how. Without a manifest all of Validation/ are run whose data is there: the project's own case, \
                and public measurements under $SIMULATE_DATA (../shared/data unless set), which "data:" in a \
                manifest's paths stands for. bias is the median signed error; MAPE, median and p95 are of absolute \
                errors. A manifest of kernels holds fits to 16, 64 and 128 samples of a kernel table against all \
                others in it, beside the plain roofline.
                """)

        @Argument(help: "Manifests. All in Validation/ unless given.")
        var manifests: [String] = []

        @Flag(help: "Print everything as JSON instead of the table.")
        var json = false

        @Flag(help: "Also print every figure of every case.")
        var details = false

        @Option(help: ArgumentHelp(
            "Run each case as often again with drawn timing parameters and say how many measurements lie inside the "
                + "5 % to 95 % intervals; 16 is a good number.", valueName: "n"))
        var draws: Int?

        @Option(help: ArgumentHelp("Run only every n-th case, for a quick look.", valueName: "n"))
        var every = 1

        @Option(help: "Cases that run at once; changes no result. All processors unless given.")
        var jobs: Int?

        func validate() throws {
            if let draws, !(2...10_000).contains(draws) {
                throw ValidationError("--draws \(draws): expected an integer from 2 to 10000")
            }
            if let jobs, jobs < 1 { throw ValidationError("--jobs \(jobs): expected an integer of at least 1") }
            if every < 1 { throw ValidationError("--every \(every): expected an integer of at least 1") }
        }

        func run() throws {
            let data = getenv("SIMULATE_DATA").map { String(cString: $0) } ?? "../shared/data"
            var studies: [ValidationStudy] = [], kernels: [KernelManifest] = []
            do {
                for path in try manifests.isEmpty ? shipped() : manifests {
                    if try KernelManifest.isOne(path) {
                        let manifest = try KernelManifest(contentsOf: path, data: data)
                        if manifests.isEmpty, !manifest.isDataThere {
                            printToStandardError(
                                "\(manifest.name): left out, \(manifest.table) is not there "
                                    + "(make validate converts it)")
                        } else {
                            kernels.append(manifest)
                        }
                        continue
                    }
                    let manifest = try ValidationManifest(contentsOf: path, data: data)
                    if manifests.isEmpty, !manifest.isDataThere {
                        printToStandardError("\(manifest.name): left out, \(manifest.cases.file) is not there")
                        continue
                    }
                    studies.append(try ValidationStudy(manifest))
                }
            } catch {
                throw Failure.input(error)
            }
            let fits = try kernels.map { manifest in
                do { return try manifest.run() } catch { throw Failure.input(error) }
            }
            var results: [ValidationResult] = []
            for study in studies {
                results.append(waitFor { await study.run(
                    every: every, draws: draws ?? 0, jobs: jobs ?? processorCount) })
            }
            if json {
                print(String(
                    decoding: JSONWriter.pretty.bytes(of: ValidationReport.json(results, kernels: fits)),
                    as: UTF8.self))
            } else {
                var parts = details && !results.isEmpty ? [ValidationReport.details(results)] : []
                if !results.isEmpty { parts.append(ValidationReport.text(results)) }
                if !fits.isEmpty { parts.append(CalibrationReport.text(fits)) }
                print(parts.joined(separator: "\n"), terminator: "")
            }
            if fits.isEmpty, results.allSatisfy(\.cases.isEmpty) {
                throw Failure(message: "no case could be simulated; the reasons stand above", status: 1)
            }
        }

        /// The manifests in the folder Validation, by name.
        private func shipped() throws -> [String] {
            let folder = "Validation"
            guard let entries = opendir(folder) else {
                throw FileProblem(
                    path: folder, message: "there is no such folder here",
                    remedy: "name a manifest, or run this where the project's folder Validation is")
            }
            defer { closedir(entries) }
            var names: [String] = []
            while let entry = readdir(entries) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name.hasSuffix(".json") { names.append(folder + "/" + name) }
            }
            return names.sorted()
        }
    }
}
