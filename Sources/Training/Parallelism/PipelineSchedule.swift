/// The order in which a pipeline's stages compute forward and backward passes of micro-batches.
public enum PipelineSchedule: Sendable, Equatable {
    /// One forward, one backward after a warm-up (PipeDream-Flush, Megatron-LM).
    case oneForwardOneBackward
    /// The same with this many chunks of layers on every stage (Narayanan et al., arXiv 2104.04473, 2.2).
    case interleaved(chunks: Int)
    /// Gradients of weights wait and fill the bubble, no more memory than 1F1B (ZB-H1, arXiv 2401.10241).
    case zeroBubble

    /// Time in which a stage idles, in units of the times given, per optimizer step.
    ///
    /// 1F1B `(p-1)(F+B+W)`, interleaved a `chunks`-th of it, ZB-H1 `(p-1)(F+B-W)`. Exact with stages that
    /// are alike, enough micro-batches and free sends; the event order in ``PipelineTimeline`` says the same.
    /// - Parameters:
    ///   - forward, inputBackward, weightBackward: time of one micro-batch on one stage.
    public func bubble(
        stages: Int, forward: Double, inputBackward: Double, weightBackward: Double
    ) -> Double {
        let idle = Double(stages - 1)
        return switch self {
        case .oneForwardOneBackward: idle * (forward + inputBackward + weightBackward)
        case .interleaved(let chunks):
            idle * (forward + inputBackward + weightBackward) / Double(chunks)
        case .zeroBubble: idle * max(0, forward + inputBackward - weightBackward)
        }
    }

    /// Micro-batches whose activations wait on the first stage at the worst moment, in units of one
    /// stage's layers (Korthikanti et al., arXiv 2205.05198, section 4.3).
    public func peakInFlight(stages: Int, microBatches: Int) -> Double {
        let warm = Double(min(stages, microBatches))
        if case .interleaved(let chunks) = self, stages > 1 {
            return min(
                Double(microBatches), warm * (1 + Double(stages - 1) / Double(stages * chunks)))
        }
        return warm
    }
}
