import EventEngine
import TraceFormats

/// The applications of Pollux's workloads, with the constants of its public simulator.
public enum PolluxWorkload {
    /// What the traces do not say of an application.
    public struct Application: Equatable, Sendable {
        /// Batch size at which an example counts one, largest batch size, and largest of one device, in examples.
        public var limits: GoodputModel.Limits
        /// Examples of an epoch.
        public var examples: Double
        /// Epochs of a job.
        public var epochs: Double
    }

    /// The applications by name (petuum/adaptdl, branch osdi21-artifact, simulator/applications.py and its successors).
    public static let applications: [String: Application] = [
        "bert": application(initial: 12, largest: 384, local: 12, examples: 97_077, epochs: 2),
        "cifar10": application(initial: 128, largest: 4096, local: 1024, examples: 50_000, epochs: 100),
        "ncf": application(initial: 256, largest: 32_768, local: 5803, examples: 1_000_000, epochs: 10),
        "imagenet": application(initial: 200, largest: 12_800, local: 200, examples: 1_281_167, epochs: 90),
        "deepspeech2": application(initial: 20, largest: 640, local: 80, examples: 4074, epochs: 80),
        "yolov3": application(initial: 8, largest: 512, local: 8, examples: 14_041, epochs: 50),
    ]

    private static func application(
        initial: Double, largest: Double, local: Double, examples: Double, epochs: Double
    ) -> Application {
        Application(
            limits: GoodputModel.Limits(initial: initial, largest: largest, largestLocal: local), examples: examples,
            epochs: epochs)
    }

    /// The jobs of a workload as elastic jobs, up to so many devices each.
    ///
    /// The traces do not hold gradient noise scales. `noise` is the scale over the initial batch size, the same for all
    /// jobs and all of their time: an assumption.
    /// - Parameter steps: measured steps by application, on nodes of four devices.
    /// - Returns: jobs by arrival; those of an application that is not known, or has no packed steps, are left out.
    public static func jobs(
        _ workload: [PolluxFormat.Job], steps: [String: [PolluxFormat.Step]], noise: Double, upTo devices: Int
    ) -> [ElasticJob] {
        var speeds: [String: [Double]] = [:]
        for (name, application) in applications {
            speeds[name] = GoodputModel(
                steps: steps[name] ?? [], perNode: 4, limits: application.limits,
                noiseScale: noise * application.limits.initial)?.speeds(upTo: devices)
        }
        return workload.sorted { $0.arrival < $1.arrival }.compactMap { job in
            guard let application = applications[job.application], let speeds = speeds[job.application] else {
                return nil
            }
            return ElasticJob(
                name: job.name, submitted: job.arrival, work: application.examples * application.epochs, speeds: speeds)
        }
    }
}
