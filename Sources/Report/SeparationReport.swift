import Studies

/// The table of a separation study.
public enum SeparationReport {
    /// The study as text: rates of each side beside the closed form, and the gain.
    public static func text(_ study: SeparationStudy) -> String {
        let separation = study.separation
        var rates = TextTable(["per card", "simulated", "closed form", "difference"])
        for (role, side) in [("prefill side", study.prefill), ("decode side", study.decode)] {
            func row(_ name: String, _ simulated: Double, _ closed: Double) {
                rates.add([
                    "\(role) \(side.device): \(name)", significant(simulated), significant(closed),
                    percent(simulated / closed - 1),
                ])
            }
            row("prefill tokens/s", side.simulated.prefillTokensPerSecond(of: separation),
                side.closedForm.prefillTokensPerSecond(of: separation))
            row("decode tokens/s at batch \(side.closedForm.batch)", side.simulated.decodeTokensPerSecond,
                side.closedForm.decodeTokensPerSecond)
            row("TPOT, ms", side.simulated.timePerOutputToken * 1e3, side.closedForm.timePerOutputToken * 1e3)
        }
        let simulated = study.simulatedGain, closed = study.closedFormGain
        var gains = TextTable(["prefill \(study.prefill.device) + decode \(study.decode.device)", "simulated",
                               "closed form", "difference"])
        for (name, path) in [
            ("gain over \(study.decode.device) alone", \SeparationGain.overDecodeDevice),
            ("gain over the better of the two alone", \.overBetterFleet),
            ("prefill cards per decode card", \.prefillPerDecodeCard),
        ] {
            let left = simulated[keyPath: path], right = closed[keyPath: path]
            gains.add([name, rounded(left, 3), rounded(right, 3), percent(left / right - 1)])
        }
        let tight = [study.prefill, study.decode].filter {
            $0.closedForm.timePerOutputToken > separation.timePerOutputToken
        }.map { "\($0.device) cannot keep this TPOT even with one sequence\n" }.joined()
        return tight
            + "\(separation.model), \(separation.inputTokens) tokens in (\(percent(separation.prefixHit)) cached), "
            + "\(separation.outputTokens) out, TPOT \(time(separation.timePerOutputToken)), "
            + "tensor parallel \(separation.tensorParallel); batches are those of the closed form\n\n" + rates.text
            + "\n" + gains.text
    }
}
