import Hardware
import ModelGraph

/// What a fitted or assumed device needs to turn FLOP and bytes of one operator class into time.
public struct OperatorParameters: Sendable, Equatable {
    /// Reached share of the peak arithmetic rate, 0 to 1.
    public var computeEfficiency: Sourced<Double>
    /// Reached share of the memory bandwidth, 0 to 1.
    public var memoryEfficiency: Sourced<Double>
    /// Time that a launch takes however small it is.
    public var setupNanoseconds: Sourced<Double>
}

/// Collectives inside a replica.
public struct CollectiveParameters: Sendable, Equatable {
    /// Effective bandwidth of a rank in an all-reduce, bytes per second; where absent,
    /// `linkEfficiency` of the node's scale-up bandwidth.
    public var bandwidthBytesPerSecond: Sourced<Double>?
    /// Reached share of the node's scale-up bandwidth, 0 to 1, where no bandwidth is given.
    public var linkEfficiency: Sourced<Double>
    /// Time that a collective takes however small its message is.
    public var latencyNanoseconds: Sourced<Double>
    /// All-reduce in one step, in which each rank reads what every other has; absent where only the algorithm in
    /// two steps is known, whose latency is then the one above.
    public var oneStep: OneStepParameters?
}

/// The all-reduce of small messages: every rank reads the whole of every other rank's message.
public struct OneStepParameters: Sendable, Equatable {
    /// Share of the scale-up bandwidth that it reaches. Its latency is the collective's.
    public var linkEfficiency: Sourced<Double>
    /// Latency of the algorithm in two steps, which large messages take.
    public var twoStepLatencyNanoseconds: Sourced<Double>
}

/// Host time of a step.
public struct HostParameters: Sendable, Equatable {
    /// Gap between two steps that nothing hides (asynchronous scheduling).
    public var stepNanoseconds: Sourced<Double>
    /// Host time for each sequence of a step.
    public var perSequenceNanoseconds: Sourced<Double>
    /// Host time for each new token of a step.
    public var perNewTokenNanoseconds: Sourced<Double>
    /// One kernel launched eagerly.
    public var launchNanoseconds: Sourced<Double>
    /// Kernels per layer as engines launch them, fused or not.
    public var launchesPerLayer: Sourced<Double>
    /// One replay of a whole graph.
    public var replayNanoseconds: Sourced<Double>
    /// One replay of a piece between two attention kernels.
    public var pieceNanoseconds: Sourced<Double>
    /// Shape inference, tiling and launch of one operator by native code.
    public var dynamicLaunchNanoseconds: Sourced<Double>
    /// Refreshing the arguments of one captured attention kernel.
    public var parameterUpdateNanoseconds: Sourced<Double>

    /// Host time to launch one step of `tokens` tokens. Captured modes fall back to eager launches above
    /// the largest captured size.
    func launchNanoseconds(_ mode: ExecutionMode, tokens: Int, layers: Int) -> Int64 {
        let count = Double(layers)
        let eager = count * launchesPerLayer.value * launchNanoseconds.value
        let time: Double
        switch mode {
        case .eager:
            time = eager
        case .geDynamic:
            time = count * launchesPerLayer.value * dynamicLaunchNanoseconds.value
        case _ where tokens > ExecutionMode.largestGraph:
            time = eager
        case .graphFull:
            time = replayNanoseconds.value + count * parameterUpdateNanoseconds.value
        case .graphPiecewise:
            time = (count + 1) * pieceNanoseconds.value + count * launchNanoseconds.value
        case .geStatic:
            time = replayNanoseconds.value
        }
        return OperatorTimer.round(time)
    }

    func overheadNanoseconds(sequences: Int, newTokens: Int) -> Int64 {
        OperatorTimer.round(
            stepNanoseconds.value + perSequenceNanoseconds.value * Double(sequences)
                + perNewTokenNanoseconds.value * Double(newTokens))
    }
}

/// The residual surface of one operator class, for bf16 kernels.
public struct ClassSurface: Sendable, Equatable {
    /// The operators that it corrects.
    public var operatorClass: OperatorClass
    /// The correction as a function of the operator's shape.
    public var surface: ResidualSurface

    public init(_ operatorClass: OperatorClass, _ surface: ResidualSurface) {
        (self.operatorClass, self.surface) = (operatorClass, surface)
    }
}

/// The timing parameters of one device under one inference engine, each with where it comes from.
///
/// At most a few numbers per operator class; what is not known comes from the prior. A new device needs
/// no profile: its datasheet and the prior give times with the wide interval that they deserve.
public struct TimingProfile: Sendable, Equatable {
    /// Its name in profile files and results.
    public var name: String
    /// Inference engine and version whose kernels the numbers describe.
    public var engine: String
    /// Dense matrix products.
    public var gemm: OperatorParameters
    /// Matrix products of mixture-of-experts layers.
    public var groupedGemm: OperatorParameters
    /// Attention of prompt chunks.
    public var prefillAttention: OperatorParameters
    /// Attention of sequences that get one token.
    public var decodeAttention: OperatorParameters
    /// Memory efficiency of decode attention over an fp8 or int8 cache, which kernels read less well.
    public var quantisedCacheEfficiency: Sourced<Double>
    /// Time of one core for one sequence and KV head in decode attention beside what it reads: short contexts of
    /// large batches are bound by it.
    public var decodeUnitNanoseconds: Sourced<Double>
    /// Time that decode attention takes to split contexts over cores and join the parts, for a norm of 1024 keys that
    /// store 256 numbers each; it grows as the square root of both. The norm is the root of the sum of the squares of
    /// the batch's contexts: of one sequence its context, never less with more sequences or longer ones.
    public var decodeDepthNanoseconds: Sourced<Double>
    /// Bytes at full bandwidth that prefill attention takes longer for each new token and KV head: writing them to a
    /// paged cache is measured with it, and costs as much for small heads as for large ones.
    public var prefillStoreBytes: Sourced<Double>
    /// Share of the longest query block's time by which prefill attention ends after its average core.
    public var prefillTail: Sourced<Double>
    /// Norms, activations and other kernels bound by memory.
    public var elementwise: OperatorParameters
    /// Communication between the ranks of a replica.
    public var collective: CollectiveParameters
    /// What the host adds to a step.
    public var host: HostParameters
    /// Rows of a GEMM kernel's tile where they are known to cost as a whole; for 8-bit kernels and for all others.
    public var tileRows8Bit: Sourced<Double>
    /// Rows to which other kernels than 8-bit ones are padded.
    public var tileRows: Sourced<Double>
    /// What the device's own measurements say beyond the formulas, by operator class; empty unless asked for.
    public var surfaces: [ClassSurface] = []

    func paddedRows(_ rows: Int, _ type: DataType) -> Int {
        let tile = Int((type == .fp8 || type == .int8 ? tileRows8Bit : tileRows).value)
        return (rows + tile - 1) / tile * tile
    }

    /// Every parameter by its key in profile files, in a fixed order.
    public var parameters: [(key: String, value: Sourced<Double>)] {
        var list: [(String, Sourced<Double>)] = []
        for (name, item) in [("gemm", gemm), ("grouped_gemm", groupedGemm), ("prefill_attention", prefillAttention),
                             ("decode_attention", decodeAttention), ("elementwise", elementwise)] {
            list.append((name + ".compute_efficiency", item.computeEfficiency))
            list.append((name + ".memory_efficiency", item.memoryEfficiency))
            list.append((name + ".setup", item.setupNanoseconds))
        }
        list.append(("decode_attention.quantised_cache_efficiency", quantisedCacheEfficiency))
        list.append(("decode_attention.unit", decodeUnitNanoseconds))
        list.append(("decode_attention.depth", decodeDepthNanoseconds))
        list.append(("prefill_attention.tail", prefillTail))
        list.append(("prefill_attention.store_bytes", prefillStoreBytes))
        list.append(("gemm.tile_rows", tileRows))
        list.append(("gemm.tile_rows_8bit", tileRows8Bit))
        if let bandwidth = collective.bandwidthBytesPerSecond {
            list.append(("collective.bandwidth", bandwidth))
        } else {
            list.append(("collective.link_efficiency", collective.linkEfficiency))
        }
        list.append(("collective.latency", collective.latencyNanoseconds))
        if let oneStep = collective.oneStep {
            list.append(("collective.one_step_efficiency", oneStep.linkEfficiency))
            list.append(("collective.two_step_latency", oneStep.twoStepLatencyNanoseconds))
        }
        list.append(("host.step", host.stepNanoseconds))
        list.append(("host.per_sequence", host.perSequenceNanoseconds))
        list.append(("host.per_new_token", host.perNewTokenNanoseconds))
        list.append(("host.launch", host.launchNanoseconds))
        list.append(("host.launches_per_layer", host.launchesPerLayer))
        list.append(("host.replay", host.replayNanoseconds))
        list.append(("host.piece", host.pieceNanoseconds))
        list.append(("host.dynamic_launch", host.dynamicLaunchNanoseconds))
        list.append(("host.parameter_update", host.parameterUpdateNanoseconds))
        return list
    }
}
