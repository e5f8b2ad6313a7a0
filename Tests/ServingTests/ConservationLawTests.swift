import Testing

@testable import Serving

/// What goes in comes out: requests, tokens, blocks and bytes.
@Suite struct ConservationLawTests {
    @Test func requestsComeOutOnce() {
        for sample in SampleRuns.all {
            let completed = sample.records.count { $0.stage == .completed }
            let rejected = sample.records.count { $0.stage == .rejected && $0.rejection != nil }
            #expect(completed + rejected == sample.records.count, "seed \(sample.seed)")
            #expect(sample.outcome.arrived == sample.records.count)
            #expect(sample.outcome.completed == completed)
            #expect(sample.outcome.rejectedCount == rejected)
            #expect(sample.outcome.unfinished == 0)
        }
    }

    @Test func everyCheckOfTheOutcomeHolds() {
        for sample in SampleRuns.all {
            #expect(sample.outcome.checks.count == 4)
            #expect(sample.outcome.checks.filter { !$0.holds }.isEmpty, "seed \(sample.seed)")
        }
    }

    @Test func everyTokenIsGeneratedOnce() {
        for sample in SampleRuns.all {
            let wanted = sample.records.reduce(0) { $0 + ($1.stage == .completed ? $1.outputTokens : 0) }
            let produced = sample.run.engine.replicas.reduce(0) { $0 + Int($1.decodeTokens) }
            #expect(produced == wanted, "seed \(sample.seed)")
            #expect(sample.outcome.outputTokens == Int64(wanted))
        }
    }

    /// Every replica is as it was at the beginning: nothing is held, promised or forgotten.
    @Test func allBooksReturnToZero() {
        for sample in SampleRuns.all {
            let engine = sample.run.engine
            for replica in engine.replicas {
                let counts = [
                    replica.cache.usedBlocks, replica.running, replica.outstanding, replica.waiting.count,
                    replica.ready.count, replica.prefilling.count, replica.planChunks.count, replica.fresh.count,
                    replica.batch.count, Int(replica.batch.storedTokens), Int(replica.queuedPrefillTokens),
                    Int(replica.assignedTokens),
                ]
                #expect(counts.allSatisfy { $0 == 0 }, "seed \(sample.seed): \(counts)")
                #expect(!replica.isBusy && !replica.isPassScheduled)
            }
            #expect(engine.unrouted.isEmpty && engine.parked.isEmpty && engine.deciding.isEmpty)
            #expect(sample.run.machine.network.activeFlowCount == 0)
        }
    }

    /// Pools are on nodes of their own, so that each byte leaves by one NIC and comes in by another.
    @Test func linksCarryWhatRequestsMoved() {
        for sample in SampleRuns.all {
            let links = sample.run.machine.network.linkStatistics(at: sample.run.engine.lastActivity)
            let carried = { (suffix: String) in
                links.reduce(Int64(0)) { $0 + ($1.name.hasSuffix(suffix) ? $1.bytesCarried : 0) }
            }
            let moved = sample.records.reduce(Int64(0)) { $0 + $1.transferBytes }
            #expect(carried("nic out") == moved, "seed \(sample.seed)")
            #expect(carried("nic in") == moved)
            #expect(sample.outcome.transferBytes == moved)
            let all = links.reduce(Int64(0)) { $0 + $1.bytesCarried }
            #expect(all == 2 * moved)
        }
    }

    /// Without a prefix cache the KV of the whole prompt moves, rounded up on each lane and in each push.
    @Test func thePromptsKeysAndValuesMoveOnce() throws {
        for sample in SampleRuns.all where sample.run.engine.isSeparated && !sample.example.engine.prefixCache {
            let perToken = sample.run.engine.configuration.transfer.wireBytesPerToken
            let lanes = Int64(sample.example.pools.map(\.tensorParallel).max() ?? 1)
            for record in sample.records where record.stage == .completed {
                let whole = Int64(record.inputTokens) * perToken
                if sample.example.transfer == .pull {
                    #expect(record.transferBytes == (whole + lanes - 1) / lanes * lanes, "seed \(sample.seed)")
                } else {
                    // Two pushes a chunk, and a preempted prompt is not pushed again.
                    let pushes = Int64(2 * record.inputTokens)
                    #expect(record.transferBytes >= whole && record.transferBytes < whole + lanes * pushes)
                }
            }
        }
    }

    @Test func stagesOfRequestsThatMovedAreOnBothSides() {
        for sample in SampleRuns.all {
            let pools = sample.run.engine.replicas.map(\.role)
            for record in sample.records where record.stage == .completed {
                #expect(record.prefillReplica.map { pools[$0] } == (sample.run.engine.isSeparated ? .prefill : .mixed))
                #expect(record.decodeReplica.map { pools[$0] } == (sample.run.engine.isSeparated ? .decode : nil))
            }
        }
    }
}
