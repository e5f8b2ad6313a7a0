import TraceFormats

/// Why a job of a throughput trace cannot be timed.
public struct UnknownThroughput: Error, Equatable, Sendable, CustomStringConvertible {
    /// The job's type.
    public var type: String
    /// Devices of the job.
    public var gang: Int

    /// The problem in words, with what to do.
    public var description: String {
        "no throughput of \"\(type)\" on \(gang) devices of any kind of the cluster; add it to the throughput table"
    }
}

extension RoundJob {
    /// A job of a trace, timed by a table.
    ///
    /// A kind on which nobody measured the job counts as one on which it does not fit. A job that adapts its batch size
    /// gets a stage for each stretch of epochs at one size; where the table lacks a size, the job keeps its first.
    /// - Parameter kinds: the kinds of the cluster, in its order.
    /// - Throws: that the table knows the job on no kind.
    public init(
        _ job: ThroughputJob, name: String, kinds: [String], table: ThroughputTable
    ) throws(UnknownThroughput) {
        func rates(_ type: String) -> [Double] {
            kinds.map { table.rate(kind: $0, ThroughputTable.Key(type: type, gang: job.gang)) ?? 0 }
        }
        let first = rates(job.type)
        guard first.contains(where: { $0 > 0 }) else { throw UnknownThroughput(type: job.type, gang: job.gang) }
        var stages = [Stage(steps: job.steps, stepsPerSecond: first)]
        if job.adaptation != .none, let initial = job.batchSize, let stretches = BatchSizeSchedule.stretches(of: job) {
            stages = stretches.map { stretch in
                let measured = rates("\(job.model) (batch size \(stretch.batchSize))")
                let isKnown = measured.contains { $0 > 0 }
                let first = stretches.first { $0.batchSize == initial } ?? stretch
                let perEpoch = isKnown ? stretch.stepsPerEpoch : first.stepsPerEpoch
                return Stage(
                    steps: Int64(stretch.epochs * perEpoch), stepsPerUnit: Double(perEpoch),
                    stepsPerSecond: isKnown ? measured : rates(job.type))
            }
        }
        self.init(name: name, submitted: job.arrival, gang: job.gang, weight: job.weight, stages: stages)
    }
}
