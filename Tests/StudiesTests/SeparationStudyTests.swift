import Testing

@testable import Studies

/// Prefill on Ascend A2 and decode on H20, against a closed form that published speeds support.
@Suite struct SeparationStudyTests {
    /// Qwen2.5-32B, 4096 tokens in, 1024 out, 50 ms per output token.
    @Test(arguments: [("ascend-910b2", 2775.0, 573.0, 1.320), ("ascend-910b3", 2380.0, 573.0, 1.201)])
    func theGainOfAnA2AndH20Fleet(device: String, prefill: Double, decode: Double, gain: Double) throws {
        let separation = SeparationCase(prefillDevice: device)
        let study = try SeparationStudy(separation)
        let text = "\(device): gain \(study.simulatedGain.overDecodeDevice), "
            + "closed form \(study.closedFormGain.overDecodeDevice)"
        #expect(isNear(study.closedFormGain.overDecodeDevice, gain, 0.002), "\(text)")
        #expect(isNear(study.simulatedGain.overDecodeDevice, gain, 0.05), "\(text)")
        #expect(isNear(study.prefill.simulated.prefillTokensPerSecond(of: separation), prefill, 0.05))
        #expect(isNear(study.prefill.closedForm.prefillTokensPerSecond(of: separation), prefill, 0.002))
        #expect(isNear(study.decode.simulated.prefillTokensPerSecond(of: separation), 1808, 0.05))
        #expect(isNear(study.decode.simulated.decodeTokensPerSecond, 1028, 0.05))
        #expect(study.decode.closedForm.batch == 199)
        #expect(isNear(study.decode.closedForm.decodeTokensPerSecond, 1028, 0.002))
        if device == "ascend-910b2" {
            #expect(isNear(study.prefill.simulated.decodeTokensPerSecond, decode, 0.06))
        }
    }

    /// Caching erodes the heterogeneous gain: of a prompt that is cached to three quarters about 1.14 is left.
    @Test func theGainFadesWithPrefixHits() throws {
        let gains = try [0, 0.5, 0.75].map { hit in
            try SeparationStudy(SeparationCase(prefixHit: hit)).simulatedGain.overDecodeDevice
        }
        #expect(gains[0] > gains[1] && gains[1] > gains[2], "\(gains)")
        #expect(isNear(gains[2], 1.14, 0.05), "\(gains)")
    }

    /// The gain over the decode device grows with the ratio of prompt to answer; that over the better of the
    /// two fleets does not.
    @Test func theGainOverOneFleetFlatters() throws {
        let ratios = try [(1024, 1024), (4096, 1024), (8192, 256)].map { input, output in
            try SeparationStudy(SeparationCase(inputTokens: input, outputTokens: output)).simulatedGain
        }
        #expect(ratios[0].overDecodeDevice < ratios[1].overDecodeDevice)
        #expect(ratios[1].overDecodeDevice < ratios[2].overDecodeDevice)
        #expect(ratios[1].overBetterFleet > ratios[0].overBetterFleet)
        #expect(ratios[1].overBetterFleet > ratios[2].overBetterFleet)
    }

    private func isNear(_ value: Double, _ reference: Double, _ tolerance: Double) -> Bool {
        abs(value / reference - 1) <= tolerance
    }
}
