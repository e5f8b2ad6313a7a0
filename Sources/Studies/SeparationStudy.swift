import Hardware
import JSONText
import ModelGraph
import Timing

/// Prefill and decode rates of two devices, and the gain of using each for what it does better: measured
/// by saturated simulation, beside the closed form.
public struct SeparationStudy: Sendable {
    /// One device, simulated and in closed form.
    public struct Side: Sendable {
        /// The device's name.
        public var device: String
        /// Rates of saturated pools in the simulator.
        public var simulated: PoolRates
        /// Rates by the closed form.
        public var closedForm: PoolRates
    }

    /// The load and the pair of devices.
    public let separation: SeparationCase
    /// The device that computes prompts in the separated fleet.
    public let prefill: Side
    /// The device that generates in the separated fleet.
    public let decode: Side

    /// Runs the simulations: two short ones per device.
    /// - Throws: problems of names and sizes, as of any scenario.
    public init(_ separation: SeparationCase) throws {
        self.separation = separation
        let model = try ModelDescriptor.named(separation.model)
        prefill = try Self.side(separation, model, separation.prefillNode, separation.prefillDevice)
        decode = try Self.side(separation, model, separation.decodeNode, separation.decodeDevice)
    }

    /// The gain by the simulated rates.
    public var simulatedGain: SeparationGain {
        SeparationGain(prefill: prefill.simulated, decode: decode.simulated, outputTokens: separation.outputTokens)
    }

    /// The gain by the closed form.
    public var closedFormGain: SeparationGain {
        SeparationGain(prefill: prefill.closedForm, decode: decode.closedForm, outputTokens: separation.outputTokens)
    }

    private static func side(
        _ separation: SeparationCase, _ model: ModelDescriptor, _ node: String, _ device: String
    ) throws -> Side {
        let descriptor = try DeviceDescriptor.named(device)
        let profile = try ProfileRegistry.profile(for: device)
        let closed = ClosedFormRates.rates(of: separation, device: descriptor, profile: profile, model: model)
        let side = SaturatedPools.Side(nodeType: node, device: device)
        let prefill = try SaturatedPools.prefillCardSeconds(separation, side: side)
        // Half as many again as the closed form needs to feed the decode replica.
        let load = closed.decodeTokensPerSecond / Double(separation.outputTokens) * closed.prefillCardSeconds
        let decode = try SaturatedPools.decode(
            separation, side: side, batch: closed.batch, prefillReplicas: Int(load * 1.5) + 2)
        return Side(
            device: device,
            simulated: PoolRates(
                prefillCardSeconds: prefill, decodeTokensPerSecond: decode.tokensPerSecondPerCard,
                batch: closed.batch, timePerOutputToken: decode.timePerOutputToken),
            closedForm: closed)
    }
}
