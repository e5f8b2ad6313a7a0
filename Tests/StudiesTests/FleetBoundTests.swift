import EventEngine
import JSONText
import Testing

@testable import Scenario
@testable import Studies

@Suite struct FleetBoundTests {
    private func rates(_ prefill: Double, _ decode: Double, inputTokens: Double) -> PoolRates {
        PoolRates(
            prefillCardSeconds: inputTokens / prefill, decodeTokensPerSecond: decode, batch: 1, timePerOutputToken: 0)
    }

    /// Qwen2.5-32B at 50 ms: published rates per card of A2 (376 and 313 T) and H20, and what they give.
    @Test(arguments: [
        (1024, 1024, 2814.0, 1328.0, 1857.0, 1455.0, 1.10), (4096, 1024, 2775, 573, 1808, 1028, 1.26),
        (4096, 1024, 2380, 573, 1808, 1028, 1.20), (8192, 1024, 2675, 312, 1738, 728, 1.29),
        (8192, 256, 2675, 326, 1738, 751, 1.10), (3500, 1500, 2789, 608, 1818, 1064, 1.30),
    ])
    func aFleetOfEqualNumbersAgainstTwoSeparateOnes(
        input: Int, output: Int, pA: Double, dA: Double, pH: Double, dH: Double, ratio: Double
    ) {
        let bound = FleetBound(
            prefill: rates(pA, dA, inputTokens: Double(input)), decode: rates(pH, dH, inputTokens: Double(input)),
            outputTokens: output, prefillCards: 8, decodeCards: 8)
        #expect(abs(bound.requestsPerSecond / bound.separateRequestsPerSecond - ratio) < 0.01)
    }

    /// The linear programme against a grid of all divisions.
    @Test(arguments: 0..<100) func noDivisionBeatsTheBound(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "fleet")
        func draw() -> Double { 0.1 + 10 * random.uniform() }
        let a = (draw(), draw()), h = (draw(), draw()), cards = (1 + Int(draw()), 1 + Int(draw()))
        let bound = FleetBound(
            prefill: PoolRates(
                prefillCardSeconds: a.0, decodeTokensPerSecond: 1 / a.1, batch: 1, timePerOutputToken: 0),
            decode: PoolRates(
                prefillCardSeconds: h.0, decodeTokensPerSecond: 1 / h.1, batch: 1, timePerOutputToken: 0),
            outputTokens: 1, prefillCards: cards.0, decodeCards: cards.1)
        var best = 0.0
        for x in stride(from: 0.0, through: 1, by: 0.005) {
            for y in stride(from: 0.0, through: 1, by: 0.005) {
                let first = Double(cards.0) / (x * a.0 + y * a.1)
                let second = Double(cards.1) / ((1 - x) * h.0 + (1 - y) * h.1)
                best = max(best, min(first, second))
            }
        }
        #expect(best <= bound.requestsPerSecond * (1 + 1e-9))
        #expect(best >= bound.requestsPerSecond * 0.98)
        #expect(bound.requestsPerSecond >= bound.separateRequestsPerSecond * (1 - 1e-9))
        #expect(bound.requestsPerSecond >= bound.dividedRequestsPerSecond * (1 - 1e-9))
    }

    private func bound(_ text: String) throws -> FleetBound? {
        let document = try ScenarioDocument(JSONDocument(text: text, file: "s.json"))
        let checked = try document.checked()
        return FleetBound(checked.plans[0], checked.traces[0])
    }

    private func scenario(model: String, pools: String) -> String {
        """
        { "schema": "simulate/1", "name": "s", "cluster": { "nodes": {
            "a2": { "type": "atlas-800t-a2", "count": 2 }, "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "\(model)", "slo": { "tpot": "50 ms" },
            "traffic": { "generate": { "requests": 10, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
              "input_tokens": { "kind": "constant", "value": 4096 },
              "output_tokens": { "kind": "constant", "value": 1024 } } }, "pools": { \(pools) } } } }
        """
    }

    private let separated = """
        "p": { "role": "prefill", "nodes": "a2", "tensor_parallel": 4, "replicas": 3 },
        "d": { "role": "decode", "nodes": "h20", "tensor_parallel": 4, "replicas": 2 }
        """

    /// The published row of 4096 in, 1024 out: 1.32 over H20 alone and over the better of the two, 1.48 to 1 cards.
    @Test func aScenarioHasTheBoundOfItsDevices() throws {
        let bound = try #require(try bound(scenario(model: "qwen2.5-32b", pools: separated)))
        #expect((bound.prefillCards, bound.decodeCards) == (12, 8))
        #expect((bound.inputTokens, bound.outputTokens) == (4096, 1024))
        #expect(abs(bound.gain.overDecodeDevice - 1.32) < 0.03)
        #expect(abs(bound.gain.overBetterFleet - 1.32) < 0.03)
        #expect(abs(bound.gain.prefillPerDecodeCard - 1.48) < 0.05)
        // Balanced within the replicas' size: dividing by role loses little.
        #expect(bound.dividedRequestsPerSecond > 0.95 * bound.requestsPerSecond)
    }

    @Test func whatTheClosedFormDoesNotKnowHasNoBound() throws {
        #expect(try bound(scenario(
            model: "qwen2.5-7b", pools: "\"m\": { \"role\": \"mixed\", \"nodes\": \"h20\", \"replicas\": 1 }")) == nil)
        #expect(try bound(scenario(model: "qwen3-30b-a3b", pools: separated)) == nil)
    }
}
