import Testing

@testable import TraceFormats

@Suite struct RequestGeneratorTests {
    private func plain(_ requests: Int = 400) -> GeneratorConfiguration {
        GeneratorConfiguration(
            requests: requests, arrivals: .poisson(requestsPerSecond: 10),
            lengths: .independent(
                input: .uniform(minimum: 100, maximum: 900), output: .uniform(minimum: 1, maximum: 200)))
    }

    private var talkative: SessionModel {
        SessionModel(turns: .constant(3), thinkMilliseconds: .constant(2000), newTokens: .constant(50))
    }

    @Test(arguments: UInt64(1)...60)
    func tracesKeepTheirGuarantees(seed: UInt64) throws {
        let trace = try randomTrace(seed: seed)
        #expect(trace.brokenInvariants() == [])
        #expect(try randomTrace(seed: seed) == trace)
    }

    @Test func seedsDiffer() throws {
        let first = try RequestGenerator.generate(plain(), seed: 1)
        let second = try RequestGenerator.generate(plain(), seed: 2)
        #expect(first.arrivalNanoseconds != second.arrivalNanoseconds)
        #expect(first.inputTokens != second.inputTokens)
        #expect(first.outputTokens != second.outputTokens)
    }

    /// One feature leaves the numbers of the others as they are.
    @Test func everyQuantityHasItsOwnStream() throws {
        let base = try RequestGenerator.generate(plain(), seed: 1)
        var configuration = plain()
        configuration.lengths = .independent(
            input: .lognormal(mean: 500, standardDeviation: 900, minimum: 1, maximum: 100_000),
            output: .uniform(minimum: 1, maximum: 200))
        var changed = try RequestGenerator.generate(configuration, seed: 1)
        #expect(changed.arrivalNanoseconds == base.arrivalNanoseconds)
        #expect(changed.outputTokens == base.outputTokens)
        #expect(changed.inputTokens != base.inputTokens)

        configuration = plain()
        configuration.arrivals = .gamma(requestsPerSecond: 10, coefficientOfVariation: 3)
        changed = try RequestGenerator.generate(configuration, seed: 1)
        #expect(changed.inputTokens == base.inputTokens)
        #expect(changed.arrivalNanoseconds != base.arrivalNanoseconds)

        configuration = plain()
        configuration.systemPromptTokens = 1000
        configuration.blockTokens = 16
        changed = try RequestGenerator.generate(configuration, seed: 1)
        #expect(changed.inputTokens == base.inputTokens.map { $0 + 1000 })
        #expect(changed.arrivalNanoseconds == base.arrivalNanoseconds)

        configuration = plain()
        configuration.sessions = talkative
        changed = try RequestGenerator.generate(configuration, seed: 1)
        #expect(changed.arrivalNanoseconds == base.arrivalNanoseconds)
        #expect(changed.outputTokens == base.outputTokens)
        let own = changed.previousRequest.map { zip($0, changed.inputTokens).filter { $0.0 < 0 }.map(\.1) } ?? []
        #expect(own.allSatisfy { (100...900).contains($0) })
    }

    @Test func systemPromptsAreSharedInFullBlocks() throws {
        var configuration = plain(3)
        configuration.lengths = .independent(input: .constant(30), output: .constant(1))
        configuration.blockTokens = 10
        configuration.systemPromptTokens = 25
        let trace = try RequestGenerator.generate(configuration, seed: 1)
        // 55 tokens: two shared blocks, three own ones, a partial one.
        #expect(trace.blockIDs == [0, 1, 2, 3, 4, 5, 0, 1, 6, 7, 8, 9, 0, 1, 10, 11, 12, 13])
        #expect(trace.distinctBlocks == 14)
        configuration.lengths = .independent(input: .constant(5), output: .constant(1))
        #expect(try RequestGenerator.generate(configuration, seed: 1).blockIDs == [0, 1, 2, 0, 1, 3, 0, 1, 4])
    }

    /// Weights 1, 1/2 and 1/3 are shares of 6/11, 3/11 and 2/11.
    @Test func documentsArePopularByZipf() throws {
        var configuration = plain(20_000)
        configuration.lengths = .independent(input: .constant(1), output: .constant(1))
        configuration.blockTokens = 10
        configuration.documents = SharedDocuments(count: 3, tokens: .constant(10), share: 0.55, zipfExponent: 1)
        let trace = try RequestGenerator.generate(configuration, seed: 1)
        var uses: [Int32: Int] = [:]
        for index in 0..<trace.count where trace.inputTokens[index] == 11 {
            uses[trace.blockIDs[trace.blockStart[index]], default: 0] += 1
        }
        let counts = uses.values.sorted(by: >)
        #expect(counts.count == 3)
        for (count, weight) in zip(counts, [6.0, 3, 2]) {
            #expect(abs(Double(count) / 20_000 - 0.55 * weight / 11) < 0.015)
        }
    }

    @Test func conversationsGrowByAnswerAndNewText() throws {
        var configuration = plain(600)
        configuration.blockTokens = 16
        configuration.systemPromptTokens = 40
        configuration.sessions = talkative
        let trace = try RequestGenerator.generate(configuration, seed: 3)
        let previous = try #require(trace.previousRequest)
        let sessions = try #require(trace.sessionIDs)
        var continued = 0
        for index in previous.indices where previous[index] >= 0 {
            let before = Int(previous[index])
            continued += 1
            #expect(sessions[before] == sessions[index])
            #expect(trace.inputTokens[index] == trace.inputTokens[before] + trace.outputTokens[before] + 50)
            let wait = trace.arrivalNanoseconds[index] - trace.arrivalNanoseconds[before]
            #expect(wait >= 2_000_000_000)
            #expect(wait < 6_000_000_000)
            let full = Int(trace.inputTokens[before]) / 16
            let old = trace.blockIDs[trace.blockRange(of: before)].prefix(full)
            #expect(trace.blockIDs[trace.blockRange(of: index)].starts(with: old))
        }
        // Two of three requests continue, but for the conversations that the end of the trace cuts.
        #expect(continued > 360)
        let turns = Dictionary(grouping: sessions, by: { $0 }).values.map(\.count)
        #expect(turns.max() == 3)
    }

    @Test func rewritesKeepTheSystemPromptOnly() throws {
        var configuration = plain(600)
        configuration.blockTokens = 16
        configuration.systemPromptTokens = 40
        configuration.sessions = talkative
        configuration.sessions?.rewriteShare = 1
        let trace = try RequestGenerator.generate(configuration, seed: 3)
        let previous = try #require(trace.previousRequest)
        var shares: [Double] = []
        for index in previous.indices where previous[index] >= 0 {
            let before = trace.blockIDs[trace.blockRange(of: Int(previous[index]))]
            let same = zip(before, trace.blockIDs[trace.blockRange(of: index)]).prefix { $0 == $1 }.count
            #expect(same >= 2)
            shares.append(Double(same) / Double(before.count))
        }
        // The mean of u * u is a third; two blocks at least push it up.
        #expect(abs(shares.reduce(0, +) / Double(shares.count) - 0.35) < 0.05)
    }

    @Test func promptsStayBelowTheirLimit() throws {
        var configuration = plain(2000)
        configuration.sessions = talkative
        configuration.sessions?.turns = .constant(50)
        configuration.maximumInputTokens = 700
        let trace = try RequestGenerator.generate(configuration, seed: 1)
        #expect(trace.inputTokens.allSatisfy { $0 <= 700 })
        #expect(trace.inputTokens.contains(700))
    }

    @Test func pairsStayTogether() throws {
        let source = try RequestGenerator.generate(plain(50), seed: 9)
        var configuration = plain(2000)
        configuration.lengths = .pairs(of: source)
        let trace = try RequestGenerator.generate(configuration, seed: 1)
        let known = Set(zip(source.inputTokens, source.outputTokens).map { "\($0) \($1)" })
        let drawn = Set(zip(trace.inputTokens, trace.outputTokens).map { "\($0) \($1)" })
        #expect(drawn == known)
    }

    /// A change that makes a configuration impossible.
    struct Impossible: Sendable {
        var change: @Sendable (inout GeneratorConfiguration) -> Void

        init(_ change: @escaping @Sendable (inout GeneratorConfiguration) -> Void) {
            self.change = change
        }
    }

    @Test(arguments: [
        Impossible { $0.requests = 0 }, Impossible { $0.blockTokens = -1 }, Impossible { $0.systemPromptTokens = -1 },
        Impossible { $0.maximumInputTokens = 0 }, Impossible { $0.tickNanoseconds = -1 },
        Impossible { $0.lengths = .pairs([]) },
        Impossible { $0.lengths = .pairs([TokenPair(input: 0, output: 1)]) },
        Impossible { $0.lengths = .independent(input: .constant(0), output: .constant(1)) },
        Impossible { $0.lengths = .independent(input: .constant(1), output: .constant(-1)) },
        Impossible { $0.documents = SharedDocuments(count: 0, tokens: .constant(1), share: 0.5, zipfExponent: 1) },
        Impossible { $0.documents = SharedDocuments(count: 1, tokens: .constant(1), share: 1.5, zipfExponent: 1) },
        Impossible { $0.documents = SharedDocuments(count: 1, tokens: .constant(1), share: 0.5, zipfExponent: -1) },
        Impossible {
            $0.sessions = SessionModel(turns: .constant(0), thinkMilliseconds: .constant(1), newTokens: .constant(1))
        },
        Impossible {
            $0.arrivals = .closedLoop(concurrency: 4)
            $0.sessions = SessionModel(turns: .constant(2), thinkMilliseconds: .constant(1), newTokens: .constant(1))
        },
    ])
    func refusesWhatCannotBeGenerated(_ impossible: Impossible) {
        var configuration = plain()
        impossible.change(&configuration)
        #expect(throws: GeneratorProblem.self) { try RequestGenerator.generate(configuration, seed: 1) }
    }
}
