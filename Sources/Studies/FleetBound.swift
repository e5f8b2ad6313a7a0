import Hardware
import ModelGraph
import Scenario
import Serving
import Timing
import TraceFormats

/// What the closed form says of a separated workload's fleet: the gain of using each device for what it does better,
/// and the most that its cards could serve if every card took any part of the work.
///
/// With a and h the card-seconds that a request's prompt (p) or answer (d) takes on the prefill and the decode
/// device, the fluid bound is the linear programme: largest R with `R (x a_p + y a_d) <= A` and
/// `R ((1-x) h_p + (1-y) h_d) <= H`, x and y being the shares of prompts and answers on the prefill device and A, H
/// its numbers of cards. No queue, no rounding, every request of mean length: see ``ClosedFormRates``.
public struct FleetBound: Sendable, Equatable {
    /// The devices, cards of each, and tokens of the mean request.
    public var prefillDevice = ""
    /// The device that answers are meant for.
    public var decodeDevice = ""
    /// Cards of the prefill device.
    public var prefillCards = 0
    /// Cards of the decode device.
    public var decodeCards = 0
    /// Prompt tokens of the mean request.
    public var inputTokens = 0
    /// Prompt tokens of the mean request that a prefix cache holds.
    public var cachedTokens = 0
    /// Answer tokens of the mean request.
    public var outputTokens = 0
    /// Over the decode device doing both, over the better of the two alone, and the balanced ratio of cards.
    public var gain: SeparationGain
    /// Requests per second of this fleet at its best division of the work.
    public var requestsPerSecond = 0.0
    /// Prompts, answers on the prefill device at that division, as shares.
    public var promptShare = 0.0
    /// Share of the answers that are generated on the prefill device at the best division.
    public var answerShare = 0.0
    /// Requests per second with all prompts on the prefill device and all answers on the other.
    public var dividedRequestsPerSecond = 0.0
    /// Requests per second of the two fleets side by side, each doing both.
    public var separateRequestsPerSecond = 0.0

    /// The bound of a plan; nil where prompts and answers are not separated, or the closed form does not know the
    /// model: mixtures of experts, latent attention, quantised weights.
    /// - Parameter cachedShare: part of the prompt tokens that a prefix cache holds.
    public init?(_ plan: ServingPlan, _ trace: RequestTrace, cachedShare: Double = 0) {
        guard trace.count > 0, let prefill = FleetSide(plan, .prefill), let decode = FleetSide(plan, .decode)
        else { return nil }
        let requests = Double(trace.count)
        var load = SeparationCase(prefixHit: cachedShare)
        load.inputTokens = Int(trace.inputTokens.reduce(0.0) { $0 + Double($1) } / requests)
        load.outputTokens = max(1, Int(trace.outputTokens.reduce(0.0) { $0 + Double($1) } / requests))
        load.timePerOutputToken = plan.objective.timePerOutputToken.map { Double($0) / 1e9 } ?? 1e9
        guard load.inputTokens > 0 else { return nil }
        let first = prefill.rates(load), second = decode.rates(load)
        self.init(
            prefill: first, decode: second, outputTokens: load.outputTokens, prefillCards: prefill.cards,
            decodeCards: decode.cards)
        (prefillDevice, decodeDevice) = (prefill.device.name, decode.device.name)
        (inputTokens, cachedTokens) = (load.inputTokens, load.cachedTokens)
    }

    /// The bound from the rates of the two devices.
    init(prefill: PoolRates, decode: PoolRates, outputTokens: Int, prefillCards: Int, decodeCards: Int) {
        self.outputTokens = outputTokens
        (self.prefillCards, self.decodeCards) = (prefillCards, decodeCards)
        gain = SeparationGain(prefill: prefill, decode: decode, outputTokens: outputTokens)
        let cards = (Double(prefillCards), Double(decodeCards)), output = Double(outputTokens)
        let a = (prefill.prefillCardSeconds, output / prefill.decodeTokensPerSecond)
        let h = (decode.prefillCardSeconds, output / decode.decodeTokensPerSecond)
        separateRequestsPerSecond = cards.0 / (a.0 + a.1) + cards.1 / (h.0 + h.1)
        dividedRequestsPerSecond = min(cards.0 / a.0, cards.1 / h.1)
        // At the optimum both constraints are tight and one of the shares is 0 or 1.
        func balanced(_ fixed: (Double) -> (Double, Double), _ own: Double, _ other: Double, _ rest: (Double, Double)) {
            // own s + rest.0 on the first device takes as long as other (1 - s) + rest.1 on the second.
            let share = ((other + rest.1) / cards.1 - rest.0 / cards.0) / (own / cards.0 + other / cards.1)
            let (x, y) = fixed(min(1, max(0, share)))
            let busy = max((x * a.0 + y * a.1) / cards.0, ((1 - x) * h.0 + (1 - y) * h.1) / cards.1)
            guard 1 / busy > requestsPerSecond else { return }
            (requestsPerSecond, promptShare, answerShare) = (1 / busy, x, y)
        }
        for end in [0.0, 1.0] {
            balanced({ ($0, end) }, a.0, h.0, (end * a.1, (1 - end) * h.1))
            balanced({ (end, $0) }, a.1, h.1, (end * a.0, (1 - end) * h.0))
        }
    }
}

/// The cards of one role.
private struct FleetSide {
    var device: DeviceDescriptor
    var profile: TimingProfile
    var operators: StepOperators
    var cards = 0

    init?(_ plan: ServingPlan, _ role: PoolRole) {
        let members = zip(plan.pools, plan.configuration.pools).filter { $0.1.role == role }
        guard let (first, pool) = members.first, members.allSatisfy({ $0.0.device == first.device }) else { return nil }
        (device, profile, operators) = (first.device, first.profile, pool.cost.operators)
        let model = operators.model
        guard model.latentAttention == nil, operators.weightType == .bf16,
            model.groups.allSatisfy({ $0.feedForward == .dense && $0.attention == .full }) else { return nil }
        cards = members.reduce(0) { $0 + $1.1.replicas.reduce(0) { $0 + $1.count } }
    }

    func rates(_ load: SeparationCase) -> PoolRates {
        var own = load
        own.tensorParallel = operators.parallelism.tensor
        return ClosedFormRates.rates(
            of: own, device: device, profile: profile, model: operators.model,
            keyValueType: operators.keyValueType)
    }
}
