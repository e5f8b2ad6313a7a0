import ModelGraph
import Testing

@testable import Timing

/// Few long contexts take longer than as many keys in short ones: a kernel splits and joins each.
@Suite struct DecodeDepthTests {
    private static let heads = AttentionHeads(query: 8, keyValue: 1, keySize: 128, valueSize: 128, storedPerToken: 256)

    private static func timer(depth: Double) throws -> OperatorTimer {
        var profile = try ProfileRegistry.prior()
        profile.decodeDepthNanoseconds.value = depth
        return OperatorTimer(device: try .named("h100"), scaleUpBytesPerSecond: 450e9, profile: profile)
    }

    private static func time(_ timer: OperatorTimer, _ contexts: [Int64], isEqual: Bool = false) -> Double {
        let squares = isEqual ? nil : contexts.reduce(0) { $0 + $1 * $1 }
        let shape = OperatorShape.decodeAttention(
            sequences: contexts.count, contextTokens: contexts.reduce(0, +), heads: heads, squaredContext: squares)
        return timer.nanoseconds(of: StepOperator("a", shape, dataType: .bf16, streamType: .bf16, repetitions: 1))
    }

    /// 1024 keys of one sequence, 256 numbers each: the stated time; sixteen times the keys take four times that.
    @Test func theDepthIsThatOfOneSequence() throws {
        let plain = try Self.timer(depth: 0), deep = try Self.timer(depth: 1000)
        #expect(abs(Self.time(deep, [1024]) - Self.time(plain, [1024]) - 1000) < 1e-6)
        #expect(abs(Self.time(deep, [16384]) - Self.time(plain, [16384]) - 4000) < 1e-6)
        // Of four equal contexts the norm is twice one of them.
        let four = Self.time(deep, [1024, 1024, 1024, 1024]) - Self.time(plain, [1024, 1024, 1024, 1024])
        #expect(abs(four - 1000 * 2.0.squareRoot()) < 1e-6)
        #expect(Self.time(deep, [512, 512], isEqual: true) == Self.time(deep, [512, 512]))
    }

    @Test func oneLongContextTakesLongerThanManyShortOnes() throws {
        let deep = try Self.timer(depth: 1000)
        #expect(Self.time(deep, [60_000, 1, 1, 1]) > Self.time(deep, [15_001, 15_001, 15_000, 15_001]) + 1000)
        // A further sequence never makes a step shorter, however short it is.
        #expect(Self.time(deep, [60_000, 1]) >= Self.time(deep, [60_000]))
    }
}
