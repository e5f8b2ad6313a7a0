import Testing

@testable import TraceFormats

/// The summary with its distributions, reuse and lints.
@Suite struct TraceSummaryTests {
    @Test func summarisesByHand() throws {
        let trace = try read(
            """
            {"timestamp": 2000, "input_length": 1100, "output_length": 0, "hash_ids": [0, 1, 2]}
            {"timestamp": 0, "input_length": 600, "output_length": 10, "hash_ids": [0, 5]}
            {"timestamp": 2000, "input_length": 1024, "output_length": 20, "hash_ids": [0, 1]}
            {"timestamp": 4000, "input_length": 600, "output_length": 30, "hash_ids": [0, 5]}
            """)
        let summary = TraceSummary(trace)
        #expect(summary.requests == 4)
        #expect(summary.durationNanoseconds == 4_000_000_000)
        #expect(summary.requestsPerSecond == 0.75)
        // Gaps 2, 0, 2 s: mean 4/3, deviations 2/3, -4/3, 2/3.
        #expect(abs(summary.gapCoefficientOfVariation - 0.5.squareRoot()) < 1e-12)
        #expect(summary.distinctArrivals == 3)
        #expect(summary.mostArrivalsAtOnce == 2)
        #expect(summary.tickNanoseconds == 2_000_000_000)
        #expect(summary.arrivalsPerTick == 4.0 / 3)
        #expect(summary.inputTokens.total == 3324)
        #expect(summary.inputTokens.mean == 831)
        #expect(summary.outputTokens.minimum == 0)
        #expect(summary.sessions == nil)
        let reuse = try #require(summary.prefixReuse)
        // In the order of arrival: 0 5 | 0 1 2 | 0 1 | 0 5; the third hits 0 1, the second 0, the fourth all.
        #expect(reuse.blocks == 9)
        #expect(reuse.distinctBlocks == 4)
        #expect(reuse.hitBlocks == 5)
        #expect(reuse.hitTokens == 512 + 1024 + 600)
        #expect(reuse.requestsWithHit == 3)
        #expect(reuse.hitShare == 5.0 / 9)
        #expect(
            summary.lints.map(\.description) == [
                "1 requests generate no token", "1 rows arrive before the row above them; they were sorted",
                "timestamps are rounded to ticks of 2000 ms with 1.3 requests each; "
                    + "spread_ticks removes the false bursts",
            ])
    }

    @Test func lintsWhatMaySurprise() throws {
        let burst = try read(
            "Timestamp,Request tokens,Response tokens\n1,200000,3\n1,5,4\n1,5,0\n")
        #expect(
            TraceSummary(burst).lints == [
                .longPrompts(requests: 1, beyondTokens: 131_072), .singleArrival, .failures(rows: 1),
            ])
        #expect(TraceSummary(burst).requestsPerSecond == 0)
        #expect(TraceSummary(burst).gapCoefficientOfVariation == 0)
        #expect(TraceSummary(RequestTrace()).lints == [])
        #expect(TraceSummary(RequestTrace()).arrivalsPerTick == 0)
    }

    /// The hits are those of a plain set of ids that grows request by request, leading or not.
    @Test(arguments: UInt64(1)...30)
    func reuseEqualsAPlainWalk(seed: UInt64) throws {
        let trace = try randomTrace(seed: seed)
        guard let reuse = PrefixReuse(trace) else {
            #expect(trace.blockTokens == 0)
            return
        }
        var seen: Set<Int32> = []
        var (leading, anywhere, tokens, requests) = (0, 0, 0, 0)
        for index in 0..<trace.count {
            let blocks = trace.blockIDs[trace.blockRange(of: index)]
            let run = blocks.prefix { seen.contains($0) }.count
            leading += run
            anywhere += blocks.filter { seen.contains($0) }.count
            tokens += min(run * trace.blockTokens, Int(trace.inputTokens[index]))
            requests += run > 0 ? 1 : 0
            seen.formUnion(blocks)
        }
        #expect(reuse.hitBlocks == leading)
        #expect(reuse.hitBlocks == anywhere)
        #expect(reuse.hitTokens == Int64(tokens))
        #expect(reuse.requestsWithHit == requests)
        #expect(reuse.distinctBlocks == seen.count)
    }

    @Test func quantilesInterpolate() {
        let one = TokenDistribution([7])
        #expect(one.minimum == 7 && one.maximum == 7 && one.p50 == 7 && one.p99 == 7 && one.mean == 7)
        let hundred = TokenDistribution((0...100).map { Int32($0) }.reversed())
        #expect(hundred.p50 == 50)
        #expect(hundred.p90 == 90)
        #expect(hundred.p99 == 99)
        #expect(TokenDistribution([1, 2]).p50 == 1.5)
        #expect(TokenDistribution([1, 2]).p90 == 1.9)
        #expect(TokenDistribution([]).total == 0)
    }
}
