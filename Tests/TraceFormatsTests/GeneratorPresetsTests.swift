import EventEngine
import Testing

@testable import TraceFormats

/// The presets, the traces that are shipped of them, and what they were fitted to.
@Suite struct GeneratorPresetsTests {
    @Test func presetsHaveNames() {
        for name in GeneratorConfiguration.presetNames {
            #expect(GeneratorConfiguration.preset(named: name) != nil)
        }
        #expect(GeneratorConfiguration.preset(named: "conversations") == nil)
    }

    /// `Traces/` holds exactly what the presets generate with seed 1, on every machine. The hashes hold where the
    /// files are not at hand.
    @Test func generatesTheShippedTraces() throws {
        var conversation: [UInt8] = []
        RequestTraceWriter.writeMooncake(try RequestGenerator.generate(.conversation, seed: 1)) { conversation += $0 }
        var azure: [UInt8] = []
        RequestTraceWriter.writeSimulate(try RequestGenerator.generate(.azureConversation, seed: 1)) { azure += $0 }
        #expect(StableHash.fnv1a64(conversation) == 2_195_623_871_836_668_368)
        #expect(StableHash.fnv1a64(azure) == 8_954_347_397_227_771_045)
        #expect(conversation.count < 3_500_000)
        if let shipped = Files.bytes(Files.root + "/Traces/conversation.jsonl") { #expect(shipped == conversation) }
        if let shipped = Files.bytes(Files.root + "/Traces/azure-conversation.jsonl") { #expect(shipped == azure) }
    }

    /// The published statistics of Mooncake's conversation trace.
    @Test func resemblesMooncakesConversations() throws {
        let trace = try RequestGenerator.generate(.conversation, seed: 1)
        let summary = TraceSummary(trace)
        #expect(trace.brokenInvariants() == [])
        #expect(summary.requests == 12_031)
        #expect(abs(Double(summary.durationNanoseconds) / 3.537e12 - 1) < 0.01)
        #expect(summary.tickNanoseconds == 3_000_000_000)
        #expect(abs(summary.arrivalsPerTick - 10.2) < 0.1)
        #expect(summary.inputTokens.isNear(mean: 12_035, p50: 6909, p90: 27_367, p99: 85_400, within: 0.06))
        #expect(summary.outputTokens.isNear(mean: 342.6, p50: 350, p90: 597, p99: 1118.5, within: 0.03))
        let reuse = try #require(summary.prefixReuse)
        #expect(abs(reuse.hitShare - 0.366) < 0.02)
        #expect(abs(Double(reuse.blocks) / 288_500 - 1) < 0.03)
        #expect(reuse.requestsWithHit == 12_030)
    }

    /// Another seed is another draw of the same traffic.
    @Test(arguments: UInt64(2)...4)
    func reusesAlikeWithOtherSeeds(seed: UInt64) throws {
        let summary = TraceSummary(try RequestGenerator.generate(.conversation, seed: seed))
        #expect(abs(try #require(summary.prefixReuse).hitShare - 0.366) < 0.03)
        #expect(abs(summary.inputTokens.mean / 12_035 - 1) < 0.08)
    }

    @Test func resemblesAzuresConversations() throws {
        let trace = try RequestGenerator.generate(.azureConversation, seed: 1)
        let summary = TraceSummary(trace)
        #expect(summary.requests == 19_366)
        #expect(abs(Double(summary.durationNanoseconds) / 3.5017e12 - 1) < 0.01)
        #expect(abs(summary.gapCoefficientOfVariation - 1.094) < 0.02)
        #expect(summary.tickNanoseconds == 0)
        #expect(summary.inputTokens.isNear(mean: 1154.7, p50: 1020, p90: 2734.5, p99: 4142, within: 0.04))
        #expect(summary.outputTokens.isNear(mean: 211.1, p50: 129, p90: 424, p99: 601, within: 0.04))
        #expect(summary.lints == [])
    }
}

extension TokenDistribution {
    /// Whether mean and quantiles are within this share of those given.
    fileprivate func isNear(mean: Double, p50: Double, p90: Double, p99: Double, within share: Double) -> Bool {
        zip([self.mean, self.p50, self.p90, self.p99], [mean, p50, p90, p99]).allSatisfy { abs($0 / $1 - 1) < share }
    }
}
