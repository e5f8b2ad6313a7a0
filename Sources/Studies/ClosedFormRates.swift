import Hardware
import JSONText
import ModelGraph
import Timing

/// The fluid model of a saturated pool of a dense model: no queue, no rounding, no block.
///
/// Prefill: `t = 1.05 (2 P S'/(n F e_g) + 4 L H d pairs/(n F e_a) + 2 L (2 (n-1)/n S' h 2/b + a))`.
/// Decode: the largest batch `B` with
/// `max(W/(n BW e_h), 2 (P + V h) B/(n F e_g)) + B ctx kv/(n BW e_k) + collectives + 2 ms <= TPOT`, `ctx` being the
/// prompt and half the answer, `B` also limited by the KV of whole requests in 0.9 of the memory less weights and
/// 3 GB per card. Efficiencies are those of the timing profile.
enum ClosedFormRates {
    static func rates(
        of separation: SeparationCase, device: DeviceDescriptor, profile: TimingProfile, model: ModelDescriptor,
        keyValueType: DataType = .bf16
    ) -> PoolRates {
        let pool = Pool(
            separation: separation, device: device, profile: profile, model: model, keyValueType: keyValueType)
        let batch = pool.largestBatch
        let step = pool.decodeStep(batch: batch)
        return PoolRates(
            prefillCardSeconds: pool.prefillSeconds * Double(separation.tensorParallel),
            decodeTokensPerSecond: Double(batch) / step / Double(separation.tensorParallel),
            batch: batch, timePerOutputToken: step)
    }

    private struct Pool {
        let separation: SeparationCase
        let device: DeviceDescriptor
        let profile: TimingProfile
        let model: ModelDescriptor
        let keyValueType: DataType

        private var ranks: Double { Double(separation.tensorParallel) }
        private var peak: Double { device.matrixRates[.bf16]?.value ?? 1 }
        private var bandwidth: Double { device.memoryBytesPerSecond.value }
        private var layers: Double { Double(model.layers) }
        private var blockParameters: Double {
            model.groups.reduce(0) { $0 + Double(model.parameters(ofLayerIn: $1).total * Int64($1.count)) }
        }
        private var headParameters: Double { Double(model.vocabulary * model.hiddenSize) }
        private var keyValueBytes: Double { Double(model.keyValueBytesPerToken(keyValueType)) }
        private var weightBytes: Double { Double(model.weightBytes(.bf16)) }

        /// Two all-reduces a layer over `tokens` tokens.
        private func collectives(tokens: Double) -> Double {
            guard let link = profile.collective.bandwidthBytesPerSecond?.value, ranks > 1 else { return 0 }
            let bytes = tokens * Double(model.hiddenSize) * 2
            let latency = profile.collective.latencyNanoseconds.value / 1e9
            return 2 * layers * (2 * (ranks - 1) / ranks * bytes / link + latency)
        }

        var prefillSeconds: Double {
            let cached = Double(separation.cachedTokens)
            let fresh = Double(separation.inputTokens) - cached
            let pairs = fresh * cached + fresh * fresh / 2
            let gemm = 2 * blockParameters * fresh / (ranks * peak * profile.gemm.computeEfficiency.value)
            let width = Double(model.queryHeads * model.headSize)
            let attention = 4 * layers * width * pairs
                / (ranks * peak * profile.prefillAttention.computeEfficiency.value)
            return 1.05 * (gemm + attention + collectives(tokens: fresh))
        }

        func decodeStep(batch: Int) -> Double {
            let sequences = Double(batch)
            let context = Double(separation.inputTokens) + Double(separation.outputTokens) / 2
            let weights = weightBytes / (ranks * bandwidth * profile.gemm.memoryEfficiency.value)
            let gemm = 2 * (blockParameters + headParameters) * sequences
                / (ranks * peak * profile.gemm.computeEfficiency.value)
            let cache = sequences * context * keyValueBytes
                / (ranks * bandwidth * profile.decodeAttention.memoryEfficiency.value)
            return max(weights, gemm) + cache + collectives(tokens: sequences) + 0.002
        }

        var largestBatch: Int {
            let usable = (0.9 * Double(device.memoryBytes.value) - 3e9) * ranks - weightBytes
            let request = Double(separation.inputTokens + separation.outputTokens) * keyValueBytes
            var batch = max(1, Int(usable / request))
            while batch > 1, decodeStep(batch: batch) > separation.timePerOutputToken { batch -= 1 }
            return batch
        }
    }
}
