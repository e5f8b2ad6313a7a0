import EventEngine
import Training

/// A pass of training devices over a step's responses.
public enum ComputePass: Int, Sendable, CaseIterable {
    case reference, reward, values, oldLogProbabilities, updateCritic, updateActor

    /// Forward only, or an update.
    var pass: TrainingPass { self == .updateActor || self == .updateCritic ? .update : .forward }
}

/// Phase times that are given instead of computed, such as measured ones. They hold for one step of
/// `prompts_per_step` prompts, whatever its tokens.
public struct FixedPhaseTimes: Sendable, Equatable {
    /// From the first prompt to the last response of a step.
    public var rollout: Nanoseconds
    /// By ``ComputePass``.
    public var passes: [Nanoseconds]
    /// One transfer of new weights.
    public var weightSync: Nanoseconds
    /// On shared cards: from training to generating, and back.
    public var reshardToInfer: Nanoseconds
    /// On shared cards: from generating back to training.
    public var reshardToTrain: Nanoseconds
    /// Devices on which the passes were measured; on others they scale inversely. 0: they do not scale.
    public var passDevices: Int
    /// Devices on which the rollout was measured; 0: the longest response rules, and it does not scale.
    public var rolloutDevices: Int

    public init(
        rollout: Nanoseconds, passes: [Nanoseconds] = Array(repeating: 0, count: ComputePass.allCases.count),
        weightSync: Nanoseconds = 0, reshardToInfer: Nanoseconds = 0, reshardToTrain: Nanoseconds = 0,
        passDevices: Int = 0, rolloutDevices: Int = 0
    ) {
        precondition(passes.count == ComputePass.allCases.count, "each pass has a time")
        self.rollout = rollout
        self.passes = passes
        self.weightSync = weightSync
        self.reshardToInfer = reshardToInfer
        self.reshardToTrain = reshardToTrain
        self.passDevices = passDevices
        self.rolloutDevices = rolloutDevices
    }

    /// A pass over a share of a step on so many devices.
    func nanoseconds(_ pass: ComputePass, share: Double, devices: Int) -> Nanoseconds {
        Self.scaled(passes[pass.rawValue], share: share, measuredOn: passDevices, devices: devices)
    }

    /// The rollout of a share of a step on so many devices.
    func rollout(share: Double, devices: Int) -> Nanoseconds {
        Self.scaled(rollout, share: share, measuredOn: rolloutDevices, devices: devices)
    }

    private static func scaled(
        _ time: Nanoseconds, share: Double, measuredOn: Int, devices: Int
    ) -> Nanoseconds {
        let scale = measuredOn > 0 && devices > 0 ? Double(measuredOn) / Double(devices) : 1
        return PortableMath.roundHalfToEven(Double(time) * share * scale)
    }
}

/// Where phase times come from.
public enum PhaseTimes: Sendable {
    case fixed(FixedPhaseTimes)
    /// Computed from the responses; reference, critic and reward model have the policy's architecture.
    case computed(TrainingTimer)

    var fixed: FixedPhaseTimes? { if case .fixed(let times) = self { times } else { nil } }
}
