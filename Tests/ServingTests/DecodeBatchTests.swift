import EventEngine
import Testing

@testable import Serving

/// The batch in aggregate against books that are kept sequence by sequence.
@Suite struct DecodeBatchTests {
    private struct Sequence {
        var request: Int32
        var stored: Int
    }

    private func expectEqual(_ batch: DecodeBatch, _ twin: [Sequence], block: Int, window: Int?) {
        #expect(batch.count == twin.count)
        #expect(batch.storedTokens == twin.reduce(0) { $0 + Int64($1.stored) })
        var blocks = batch.blockReader(ahead: 0)
        for ahead in 0..<5 {
            #expect(blocks.next() == batch.blocks(ahead: ahead))
            // A sequence takes a block in the step that finds its last one full.
            #expect(batch.blocks(ahead: ahead) == twin.count { ($0.stored + ahead) % block == 0 })
        }
        var reader = batch.reader
        for ahead in 0..<5 {
            let stored = twin.map { $0.stored + ahead }
            #expect(reader.full == Int64(stored.reduce(0, +)))
            #expect(reader.windowed == Int64(stored.reduce(0) { $0 + min($1, window ?? .max) }))
            reader.advance(to: batch.tick + Int64(ahead) + 1)
        }
    }

    @Test(arguments: [1, 4, 16], [nil, 1, 7, 64] as [Int?])
    func equalsBooksPerSequence(_ block: Int, _ window: Int?) {
        var random = RandomStream(seed: 1, name: "decode batch \(block) \(window ?? 0)")
        var batch = DecodeBatch(blockTokens: block, window: window)
        var twin: [Sequence] = []
        for request in Int32(0)..<120 {
            switch random.uniform(below: 3) {
            case 0:
                let stored = random.uniform(below: 100)
                batch.join(request, stored: stored, finishTick: batch.tick + 1)
                twin.append(Sequence(request: request, stored: stored))
            case 1 where !twin.isEmpty:
                let left = twin.remove(at: random.uniform(below: twin.count))
                batch.leave(stored: left.stored)
            default:
                let steps = 1 + random.uniform(below: 20)
                batch.advance(steps)
                for position in twin.indices { twin[position].stored += steps }
            }
            expectEqual(batch, twin, block: block, window: window)
        }
    }

    @Test func windowTokensOfAHandWorkedBatch() {
        var tokens = WindowTokens(size: 4)
        tokens.join(stored: 2, tick: 0)
        tokens.join(stored: 9, tick: 0)
        #expect(tokens.stored == 6)
        tokens.advance(to: 1)
        #expect(tokens.stored == 7)
        tokens.advance(to: 2)
        #expect(tokens.stored == 8)
        tokens.advance(to: 3)
        #expect(tokens.stored == 8)
        tokens.leave(stored: 5, tick: 3)
        #expect(tokens.stored == 4)
    }
}
