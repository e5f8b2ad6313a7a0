import HostServing
import JSONText
import Scenario
import Serving
import TensorKernels
import TraceFormats

/// The closed loop on the host: a small transformer really serves a trace on this machine, and the simulator predicts
/// the same run from the host's calibration.
public struct HostValidation: Sendable {
    /// What is served and how.
    public struct Options: Sendable {
        /// Requests that are generated where no trace is given.
        public var requests = 40
        /// Rate of their arrivals, as a share of what the calibrated host is predicted to serve at most.
        public var load = 0.7
        /// Root of the random numbers: weights, arrivals and answers.
        public var seed: UInt64 = 1
        /// Requests of one's own, with their arrivals.
        public var trace: RequestTrace?
        /// Whether the time of kernels is counted by kind.
        public var timesKernels = false
        /// The model that serves.
        public var model: JSONValue = HostValidation.model

        public init() {}
    }

    /// Time of one kind of kernel over the whole run.
    public struct KernelTime: Sendable {
        /// The kind of kernel, or what lies between kernels, or whole steps.
        public var name: String
        /// Seconds that the kernels took.
        public var measured: Double
        /// Seconds that the timing model gives for them.
        public var predicted: Double
    }

    /// What the server measured.
    public let served: ServedRun
    /// Figures as measured and as predicted.
    public let figures: [ValidatedFigure]
    /// By kind of kernel, where that was asked for: predictions are those of the steps that were really made.
    public let kernels: [KernelTime]

    /// Serves, predicts and compares.
    /// - Parameters:
    ///   - device: the device file of a calibration, as it stands in a scenario.
    ///   - progress: told what is about to be done.
    /// - Throws: a device or a trace that does not fit, or what a kernel library refuses.
    public init(device: JSONValue, _ options: Options, progress: (String) -> Void = { _ in }) throws {
        let checked = try Self.checked(device: device, options)
        let pool = checked.plans[0].configuration.pools[0]
        let decoder = try Decoder(
            pool.cost.operators.model, maximumTokens: pool.engine.maximumBatchTokens,
            maximumRows: pool.engine.maximumSequences, seed: options.seed)
        progress("serving \(checked.traces[0].count) requests")
        served = try HostServer(decoder, engine: pool.engine, blocks: pool.blocks, seed: options.seed)
            .serve(checked.traces[0], timesKernels: options.timesKernels)
        var world = checked.world()
        world.run()
        let outcome = world.serving[0].outcome(objective: checked.plans[0].objective)
        figures = Self.figures(served, world.serving[0].records, steps: outcome.pools[0].steps)
        kernels = options.timesKernels ? Self.kernelTimes(served, pool) : []
    }

    private static func figures(_ run: ServedRun, _ records: [RequestRecord], steps: Int64) -> [ValidatedFigure] {
        var measured = RequestTimes()
        for request in run.requests {
            measured.add(
                arrival: request.arrival, firstToken: request.firstToken - request.arrival,
                endToEnd: request.end - request.arrival, outputTokens: request.outputTokens)
        }
        let predicted = RequestTimes(records)
        let compared = metrics.compactMap { name -> ValidatedFigure? in
            guard let metric = ValidationMetric(name), let left = predicted.value(of: metric),
                let right = measured.value(of: metric), right > 0 else { return nil }
            return ValidatedFigure(metric: name, predicted: left, measured: right)
        }
        return compared
            + [ValidatedFigure(metric: "steps", predicted: Double(steps), measured: Double(run.steps.count))]
    }

    /// What is compared, beside the number of steps.
    static let metrics = [
        "ttft_s.mean", "ttft_s.p50", "ttft_s.p90", "tpot_s.mean", "tpot_s.p50", "tpot_s.p90", "e2e_s.mean", "e2e_s.p90",
        "makespan_s",
    ]

    /// The largest error of mean TPOT on a machine that is not overloaded.
    public static let bar = ValidationBar(metric: "tpot_s.mean", statistic: .worst, atMost: 0.15)

    /// The comparison in the form that other validations have.
    public var result: ValidationResult {
        ValidationResult(
            name: "host",
            description: "A small transformer that really serves on this machine, against its simulation.",
            fitted: [], cases: [ValidatedCase(label: "\(served.requests.count) requests", group: "", figures: figures)],
            duplicates: 0, uncovered: [], bars: [Self.bar])
    }

    /// The measured requests as the manifests of `simulate validate` read them: CSV, seconds from the start of the run.
    public var table: String {
        func seconds(_ nanoseconds: Int64) -> String {
            let digits = "\(nanoseconds % 1_000_000_000)"
            return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 9 - digits.count) + digits
        }
        return "arrival_s,first_token_s,last_token_s,input_tokens,output_tokens\n" + served.requests.map { request in
            "\(seconds(request.arrival)),\(seconds(request.firstToken)),\(seconds(request.end)),"
                + "\(request.inputTokens),\(request.outputTokens)\n"
        }.joined()
    }
}
