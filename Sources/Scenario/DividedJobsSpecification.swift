import EventEngine
import JSONText
import Scheduling

/// A workload of jobs whose policy divides the cluster, as the scenario states it.
public struct DividedJobsSpecification: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// How the cluster is divided, with the policy's own settings.
    public var policy: Policy
    /// Jobs of a trace; nil: only those of the scenario.
    public var traffic: Traffic?
    /// Jobs that stand in the scenario itself.
    public var submissions: [Submission]

    /// What divides the cluster.
    public enum Policy: Sendable {
        case rounds(RoundPolicy, RoundConfiguration, alloxFraction: Double)
        case elastic(ElasticPolicyName, interval: Nanoseconds, restart: Nanoseconds)
        case fractions(FractionalPolicy, skipsBlocked: Bool, hosts: [Host])
    }

    /// Processors and memory of the nodes of a group.
    public struct Host: Sendable, Equatable {
        /// The name of the node group.
        public var group: String
        /// Thousandths of processors of each node.
        public var cpuMilli: Int64
        /// Host memory of each node.
        public var memoryBytes: Int64
    }

    /// A trace with what belongs to it: throughputs of rounds, measured steps of elastic jobs.
    public struct Traffic: Sendable {
        /// Where it stands in the scenario, for messages.
        public var path: JSONPath
        /// Path of the trace.
        public var trace: String
        /// Path of the table of measured throughputs, for rounds.
        public var throughputs: String?
        /// Path of the measured steps, for elastic jobs.
        public var steps: String?
        /// Gradient noise scale over the initial batch size of elastic jobs.
        public var noise: Double
        /// Leading jobs of the trace that are taken; nil: all.
        public var maximumJobs: Int?
    }

    /// A job of the scenario; which of the fields matter depends on the policy.
    public struct Submission: Sendable {
        /// Where it stands in the scenario, for messages.
        public var path: JSONPath
        /// Its name in results; nil: `submit/` and its index.
        public var name: String?
        /// When it is submitted.
        public var at: Nanoseconds
        /// What the job does, in the terms of the policy.
        public var work: Work

        /// What the job does.
        public enum Work: Sendable {
            /// Steps of a gang, with steps per second by node group.
            case steps(Int64, devices: Int, weight: Double, rates: [(group: String, rate: Double)])
            /// Units of work, with units per second by number of devices from one on.
            case units(Double, speeds: [Double], deadline: Nanoseconds?)
            /// Time on devices, or a part of one, of some node groups.
            case time(Nanoseconds, FractionalRequest, groups: [String])
        }
    }
}
