import EventEngine

/// How many devices a placement needs for a step time that another reaches, from runs with several numbers of devices.
public enum EqualStepTime {
    /// One run of the same settings with a number of devices.
    public struct Run: Sendable, Equatable {
        /// Devices that the run used.
        public var devices: Int
        /// Seconds of one step.
        public var stepSeconds: Double

        public init(devices: Int, stepSeconds: Double) {
            self.devices = devices
            self.stepSeconds = stepSeconds
        }
    }

    /// What the figure is, for results.
    public static let definition =
        "devices that a variant's settings need for the step time of the reference: between two runs of these "
        + "settings with other numbers of devices, interpolated in the logarithms of both; null where no two such "
        + "runs lie on both sides of that time"

    /// The fewest devices with which runs of one kind reach a step time.
    /// - Parameter runs: in any order; of equal numbers of devices the quickest counts.
    /// - Returns: a number of devices, whole only where a run has just that time; nil where runs do not enclose it.
    public static func devices(of runs: [Run], reaching seconds: Double) -> Double? {
        var quickest: [Run] = []
        for run in runs.sorted(by: { ($0.devices, $0.stepSeconds) < ($1.devices, $1.stepSeconds) })
        where quickest.last?.devices != run.devices {
            quickest.append(run)
        }
        if let exact = quickest.first(where: { $0.stepSeconds == seconds }) { return Double(exact.devices) }
        for (few, many) in zip(quickest, quickest.dropFirst())
        where few.stepSeconds > seconds && many.stepSeconds < seconds && many.stepSeconds > 0 {
            let share = PortableMath.log(few.stepSeconds / seconds)
                / PortableMath.log(few.stepSeconds / many.stepSeconds)
            let ratio = PortableMath.log(Double(many.devices) / Double(few.devices))
            return Double(few.devices) * PortableMath.exp(ratio * share)
        }
        return nil
    }
}
