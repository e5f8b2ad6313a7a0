import ArgumentParser
import Hardware
import JSONText
import Report
import Studies
import TraceFormats

extension Validate {
    /// `simulate validate host`.
    struct Host: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve a small trace on this machine with a small transformer, and predict the same run.",
            discussion: """
                A decoder with random weights really serves: continuous batching, chunked prefill, a paged KV cache, \
                real kernels on one thread. Its clock is the CPU time of that thread, so that other programs do not \
                count, and it moves on to the next arrival instead of waiting for it. The simulator predicts the run \
                from a calibration of this machine, which used other shapes: made on the spot, or the file of simulate \
                calibrate host. A machine whose kernels take another time after the run than before it is refused. \
                Requests arrive at 0.7 of what the calibrated host is predicted to serve. Takes about \
                half a minute. It checks batching, scheduling and composition of steps, not the times of any \
                accelerator.
                """)

        @OptionGroup var measuring: HostMeasuring

        @Option(help: "A device file of simulate calibrate host, instead of measuring first.")
        var profile: String?

        @Option(help: "Requests with their arrivals, in any known format; 1024 tokens each at most.")
        var trace: String?

        @Option(help: ArgumentHelp(
            "Requests that are generated where no trace is given; 40 unless given.", valueName: "n"))
        var requests: Int?

        @Option(help: ArgumentHelp(
            "Their rate as a share of what the host is predicted to serve at most; 0.7 unless given.",
            valueName: "share"))
        var load: Double?

        @Option(help: "Seed of requests, weights and prompts.")
        var seed = 1

        @Flag(help: "Also compare the time of each kind of kernel; reading the clock for it takes a little.")
        var details = false

        @Flag(help: "Print the comparison as JSON.")
        var json = false

        @Option(name: .customLong("measured"), help: ArgumentHelp(
            "Also write the measured requests, as a manifest of simulate validate reads them.", valueName: "file.csv"))
        var measuredFile: String?

        func validate() throws {
            if let requests, !(1...100_000).contains(requests) {
                throw ValidationError("--requests \(requests): expected an integer from 1 to 100000")
            }
            if let load, !(load > 0 && load <= 2) {
                throw ValidationError("--load \(load): expected a share above 0, at most 2")
            }
            if trace != nil, requests != nil || load != nil {
                throw ValidationError("--requests and --load say nothing of requests from a --trace")
            }
            if profile != nil, measuring.isGiven {
                throw ValidationError("--spread and --runs say nothing where a --profile is given")
            }
            if seed < 0 { throw ValidationError("--seed \(seed): expected an integer of at least 0") }
        }

        func run() throws {
            var options = HostValidation.Options()
            options.requests = requests ?? options.requests
            options.load = load ?? options.load
            options.seed = UInt64(seed)
            options.timesKernels = details
            let device: JSONValue
            var measured: HostMeasurements?
            do {
                options.trace = try trace.map { try RequestTraceReader.read(path: $0) }
                if let profile {
                    device = try known(profile)
                } else {
                    let measurements = try measuring.measure()
                    device = try HostCalibration(measurements).file
                    measured = measurements
                }
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure.input(error)
            }
            let validation: HostValidation
            do {
                validation = try HostValidation(device: device, options) { printToStandardError("\($0) …") }
                try measured?.checkPace(timer: measuring.timer)
            } catch {
                throw trace == nil && profile == nil ? Failure.run(error) : Failure.input(error)
            }
            if json {
                print(String(decoding: JSONWriter.pretty.bytes(of: HostReport.json(validation)), as: UTF8.self))
            } else {
                print(HostReport.text(validation), terminator: "")
            }
            if let measuredFile { try writeWhole(Array(validation.table.utf8), to: measuredFile) }
        }

        /// A device file that was read once to be sure of it.
        private func known(_ path: String) throws -> JSONValue {
            let document = try JSONDocument(contentsOf: path)
            let device = try DeviceDescriptor(document: document)
            guard device.cores.kind == .thread, device.timing != nil else {
                throw FileProblem(
                    path: path, message: "is not the calibration of a host",
                    remedy: "make one with simulate calibrate host -o")
            }
            return document.value
        }
    }
}
