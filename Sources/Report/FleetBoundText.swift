import Studies

/// The closed form of a separated fleet in words.
enum FleetBoundText {
    /// Of each separated workload of a variant that has been run, with the prefix hits that it had.
    static func lines(_ run: VariantRun) -> [String] {
        zip(run.outcomes, zip(run.scenario.plans, run.scenario.traces)).flatMap { outcome, load -> [String] in
            let all = load.1.inputTokens.reduce(0.0) { $0 + Double($1) }
            let share = all > 0 ? Double(outcome.prefixTokensHit) / all : 0
            return FleetBound(load.0, load.1, cachedShare: share).map { lines($0) } ?? []
        }
    }

    /// - Parameter served: requests per second that the simulation served, where the load is what it can bear.
    static func lines(_ bound: FleetBound, served: Double? = nil) -> [String] {
        let (first, second, gain) = (bound.prefillDevice, bound.decodeDevice, bound.gain)
        let cached = bound.cachedTokens > 0 ? " (\(bound.cachedTokens) cached)" : ""
        let devices = "closed form, requests of mean length (\(bound.inputTokens) tokens in\(cached), "
            + "\(bound.outputTokens) out): \(first) for prompts and \(second) for answers serve "
            + "\(rounded(gain.overDecodeDevice, 2)) x \(second) alone, "
            + "\(rounded(gain.overBetterFleet, 2)) x the better of the two alone, "
            + "balanced at \(significant(gain.prefillPerDecodeCard)) prefill cards per decode card"
        let (prompts, answers) = (percent(bound.promptShare), percent(bound.answerShare))
        var fleet = "its bound for \(bound.prefillCards) + \(bound.decodeCards) cards: "
            + "\(significant(bound.dividedRequestsPerSecond)) requests/s divided so, "
            + "\(significant(bound.requestsPerSecond)) at the best division (\(prompts) of prompts and "
            + "\(answers) of answers on \(first)), "
            + "\(significant(bound.separateRequestsPerSecond)) as two separate fleets"
        if let served, bound.dividedRequestsPerSecond > 0 {
            let share = percent(served / bound.dividedRequestsPerSecond)
            fleet += "; simulated \(significant(served)), \(share) of the first"
        }
        return [devices, fleet]
    }
}
