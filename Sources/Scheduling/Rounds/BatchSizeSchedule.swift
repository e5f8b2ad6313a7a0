import TraceFormats

/// The batch sizes over the epochs of a job that adapts them: Shockwave's models of Accordion and of the gradient noise
/// scale (Zheng et al., NSDI 2023, with the tables of its public simulator).
///
/// The schedules were measured by Shockwave's authors on five models; a job of another model keeps its batch size.
public enum BatchSizeSchedule {
    /// Examples of a model's data set, of which one epoch consists.
    static let examplesPerEpoch = [
        "ResNet-18": 50_000, "ResNet-50": 100_000, "Transformer": 10_000, "LM": 59_675, "Recommendation": 117_907,
        "CycleGAN": 6_287, "A3C": 4,
    ]
    /// The largest batch size of a model that adapts.
    static let largest = ["ResNet-18": 256, "ResNet-50": 128, "LM": 80, "Recommendation": 8192]

    /// A stretch of epochs at one batch size.
    public struct Stretch: Equatable, Sendable {
        /// Epochs of the stretch.
        public var epochs: Int
        /// Examples of a step, over all devices.
        public var batchSize: Int
        /// Steps of one epoch.
        public var stepsPerEpoch: Int
    }

    /// The stretches of a job; nil where its type names no batch size or a model whose data set is not known.
    public static func stretches(of job: ThroughputJob) -> [Stretch]? {
        guard let initial = job.batchSize, initial > 0, let examples = examplesPerEpoch[job.model] else { return nil }
        let perEpoch = (examples + initial - 1) / initial
        let epochs = Int((job.steps + Int64(perEpoch) - 1) / Int64(perEpoch))
        var stretches: [Stretch] = []
        for epoch in 0..<epochs {
            let size = batchSize(of: job, initial: initial, epoch: epoch, epochs: epochs)
            if stretches.last?.batchSize == size {
                stretches[stretches.count - 1].epochs += 1
            } else {
                stretches.append(Stretch(epochs: 1, batchSize: size, stepsPerEpoch: (examples + size - 1) / size))
            }
        }
        return stretches
    }

    private static func batchSize(of job: ThroughputJob, initial: Int, epoch: Int, epochs: Int) -> Int {
        guard let largest = largest[job.model] else { return initial }
        switch job.adaptation {
        case .none:
            return initial
        case .accordion:
            // The first 30 % of a job count as critical, whatever the model.
            let isCritical = isCritical(job.model, initial: initial, epoch: epoch)
            return isCritical || Double(epoch) <= Double(epochs) * 0.3 ? initial : largest
        case .gradientNoiseScale:
            let doublings = (noiseScaleDoublings["\(job.model)/\(initial)/\(job.gang)"] ?? []).prefix { $0 <= epoch }
            return min(initial << doublings.count, largest)
        }
    }

    /// Whether Accordion found gradients to change fast in the epoch.
    private static func isCritical(_ model: String, initial: Int, epoch: Int) -> Bool {
        switch model {
        case "ResNet-18": epoch < (initial == 256 ? 20 : 10) || (150..<160) ~= epoch || (250..<260) ~= epoch
        case "ResNet-50": epoch % 30 < 10
        case "LM": epoch < 10
        case "Recommendation":
            epoch < (initial <= 1024 ? 30 : initial == 2048 ? 40 : 10) || (60..<70) ~= epoch || (80..<90) ~= epoch
        default: true
        }
    }

    /// The epochs at which the batch size doubles, by model, initial batch size and gang.
    private static let noiseScaleDoublings = [
        "ResNet-18/16/1": [31, 41, 51, 71], "ResNet-18/32/1": [21, 31, 51], "ResNet-18/64/1": [11, 31],
        "ResNet-18/128/1": [11], "ResNet-18/16/2": [21, 31, 91, 111], "ResNet-18/32/2": [11, 21, 41],
        "ResNet-18/64/2": [21, 41], "ResNet-18/128/2": [41], "ResNet-18/16/4": [11, 21, 81, 91],
        "ResNet-18/32/4": [21, 31, 61], "ResNet-18/64/4": [11, 61], "ResNet-18/128/4": [11],
        "ResNet-50/64/1": [101], "ResNet-50/32/2": [101, 111], "ResNet-50/64/2": [81], "ResNet-50/32/4": [131, 221],
        "ResNet-50/64/4": [191], "LM/5/1": [31, 41, 61, 71], "LM/10/1": [11, 21, 41], "LM/20/1": [11, 41],
        "LM/40/1": [11], "LM/5/2": [31, 51, 61, 71], "LM/10/2": [11, 31, 41], "LM/20/2": [31, 41], "LM/40/2": [11],
        "LM/5/4": [11, 31, 71, 91], "LM/10/4": [11, 31, 61], "LM/20/4": [11, 61], "LM/40/4": [61],
        "Recommendation/512/1": [21, 41, 71, 91], "Recommendation/1024/1": [21, 51, 91],
        "Recommendation/2048/1": [21, 41], "Recommendation/4096/1": [41],
    ]
}
