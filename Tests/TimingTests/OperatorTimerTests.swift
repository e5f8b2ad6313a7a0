import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// Durations worked by hand from the constants of the profiles.
@Suite struct OperatorTimerTests {
    private static func make(
        _ shape: OperatorShape, _ type: DataType = .bf16, stream: DataType = .bf16
    ) -> StepOperator {
        StepOperator("any", shape, dataType: type, streamType: stream, repetitions: 1)
    }

    @Test func roundsHalvesToEvenAndLargeTimesToo() {
        for (value, expected) in [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (0.4999999, 0)] {
            #expect(OperatorTimer.round(value) == Int64(expected))
        }
        var random = RandomStream(seed: 1, name: "round")
        for exponent in -3..<62 {
            for _ in 0..<20 {
                let value = (random.uniform() - 0.5) * Double(sign: .plus, exponent: exponent, significand: 1.5)
                #expect(OperatorTimer.round(value) == Int64(value.rounded(.toNearestOrEven)))
            }
        }
    }

    // MARK: Operators

    @Test func gemmIsTheLargerOfArithmeticAndMemory() throws {
        let timer = try makeTimer("h20-96")
        // 2 x 4096 x 5120 x 27648 FLOP at 0.88 of 148 TFLOP/s, and 3 us.
        #expect(timer.duration(of: Self.make(.gemm(m: 4096, n: 5120, k: 27648))) == 8_903_879 + 3000)
        // One row: 5120 x 27648 weights and 32768 numbers, 2 bytes each, at 0.75 of 4 TB/s.
        #expect(timer.duration(of: Self.make(.gemm(m: 1, n: 5120, k: 27648))) == 94_394 + 3000)
    }

    @Test func prefillAttentionIsTheSumAndPadded() throws {
        let timer = try makeTimer("ascend-910b2")
        let heads = AttentionHeads(query: 10, keyValue: 2, keySize: 128, valueSize: 128, storedPerToken: 512)
        let shape = OperatorShape.prefillAttention(
            pairs: 5050, executedPairs: 16384, lastBlockPairs: 12800, queries: 100, keys: 100, heads: heads)
        // 2 x 16384 x 2560 FLOP at 0.55 of 353.9 TFLOP/s: 431 ns; (51,200 + 256,000) numbers of 2 bytes at
        // 0.70 of 1.6 TB/s: 549 ns; 12 us.
        #expect(timer.duration(of: Self.make(shape)) == 12_980)
    }

    /// A group of 5 query heads costs as 16, and a cache in fp8 is read less well.
    @Test func decodeAttentionPadsItsGroups() throws {
        let timer = try makeTimer("h20-96")
        let heads = AttentionHeads(query: 10, keyValue: 2, keySize: 128, valueSize: 128, storedPerToken: 512)
        let shape = OperatorShape.decodeAttention(sequences: 1, contextTokens: 1_000_000, heads: heads)
        // 1,024,000,000 + 5,120 bytes at 0.75 of 4 TB/s.
        #expect(timer.duration(of: Self.make(shape)) == 341_335 + 12_000)
        // 512,000,000 + 5,120 bytes at 0.54 of 4 TB/s.
        #expect(timer.duration(of: Self.make(shape, stream: .fp8)) == 237_039 + 12_000)
        // 2 x 2 x 16 x 256 FLOP a key at 0.85 of 148 TFLOP/s bind where keys are 4 times as cheap to read.
        var small = heads
        small.storedPerToken = 64
        let bound = OperatorShape.decodeAttention(sequences: 1, contextTokens: 1_000_000, heads: small)
        #expect(timer.duration(of: Self.make(bound)) == 130_238 + 12_000)
    }

    @Test func groupedGemmIsTheSumAndPadsEachExpert() throws {
        let timer = try makeTimer("h20-96")
        let shape = OperatorShape.groupedGemm(rows: 34, activeExperts: 2, n: 1000, k: 2000)
        // 17 rows an expert cost as 32: 2 x 64 x 2e6 FLOP at 0.85 of 148 TFLOP/s, 2035 ns; 2 x 2e6 weights and
        // 34 x 3000 numbers of 2 bytes at 3 TB/s, 2735 ns; 30 us.
        #expect(timer.duration(of: Self.make(shape)) == 34_770)
    }

    @Test func batchedGemmIsAsManyGemmsInOneLaunch() throws {
        let timer = try makeTimer("h20-96")
        let launch = 3000.0
        for m in [1, 100, 4096] {
            for type in [DataType.bf16, .fp8] {
                let one = timer.nanoseconds(of: Self.make(.gemm(m: m, n: 512, k: 128), type)) - launch
                let many = timer.nanoseconds(of: Self.make(.batchedGemm(batches: 16, m: m, n: 512, k: 128), type))
                #expect(abs(many - launch - 16 * one) < 1e-6 * many)
            }
        }
    }

    @Test func elementwiseMovesBytes() throws {
        let timer = try makeTimer("ascend-910b2")  // 0.75 of 1.6 TB/s, and 2 us
        #expect(timer.duration(of: Self.make(.elementwise(bytes: 1.2e9))) == 1_002_000)
    }

    @Test func repetitionsAreMultipliedAfterRounding() throws {
        let timer = try makeTimer("ascend-910b2")
        var operation = Self.make(.elementwise(bytes: 1))  // 2000.0008 ns
        operation.repetitions = 1_000_000
        #expect(timer.duration(of: [operation]) == 2_000_000_000)
        #expect(timer.duration(of: []) == 0)
    }

    @Test func roundingIsHalfToEven() {
        #expect([0.5, 1.5, 2.5, 2.500001, 3.5].map(OperatorTimer.round) == [0, 2, 2, 3, 4])
    }

    // MARK: Collectives

    /// 5 us + 1.5 x 41,943,040 B / 306 GB/s.
    @Test func allReduceOnFourH20() throws {
        let bytes = 4096.0 * 5120 * 2
        #expect(bytes == 41_943_040)
        let duration = try makeTimer("h20-96").duration(of: Self.make(.allReduce(bytes: bytes, ranks: 4)))
        #expect(duration == 210_603)
    }

    @Test func collectivesByHand() throws {
        let timer = try makeTimer("ascend-910b2")  // 15 us, 140 GB/s
        #expect(timer.duration(of: Self.make(.allGather(bytes: 14e6, ranks: 4))) == 315_000)
        #expect(timer.duration(of: Self.make(.sendReceive(bytes: 14e6))) == 115_000)
        #expect(timer.duration(of: Self.make(.allReduce(bytes: 14e6, ranks: 2))) == 115_000)
        #expect(timer.duration(of: Self.make(.allReduce(bytes: 14e6, ranks: 8))) == 190_000)
    }

    /// Neither algorithm is ever beaten by the other: the time is at most that of each.
    @Test func allReduceTakesTheFasterAlgorithm() throws {
        let timer = try makeTimer("ascend-910b2")
        for ranks in 2...16 {
            for bytes in [1e3, 1e6, 1e9] {
                let time = timer.nanoseconds(of: Self.make(.allReduce(bytes: bytes, ranks: ranks)))
                let oneShot = 15_000 + Double(ranks - 1) * bytes / 140
                let twoStep = 15_000 + 2 * Double(ranks - 1) / Double(ranks) * bytes / 140
                #expect(abs(time - min(oneShot, twoStep)) < 1e-9 * time)
            }
        }
    }

    /// 0.70 of the scale-up link and 5 us where no profile knows better.
    @Test func theLinkCountsWhereNoBandwidthIsKnown() throws {
        let device = try DeviceDescriptor.named("b200")
        let timer = try makeTimer(device, link: 100e9)
        #expect(timer.duration(of: Self.make(.allReduce(bytes: 7e6, ranks: 2))) == 105_000)
    }

    // MARK: Low precision

    /// Without a unit for the type, weights are expanded: fewer bytes, the same arithmetic.
    @Test(arguments: ["ascend-910b1", "ascend-910b2", "ascend-910b3", "ascend-910b4", "ascend-910c-die", "a100", "a10"])
    func fp8SavesBytesWhereThereIsNoUnitForIt(name: String) throws {
        let device = try DeviceDescriptor.named(name)
        let timer = try makeTimer(device)
        #expect(device.matrixRates[.fp8] == nil)
        let large = OperatorShape.gemm(m: 8192, n: 8192, k: 8192)
        #expect(timer.duration(of: Self.make(large, .fp8)) == timer.duration(of: Self.make(large)))
        let one = OperatorShape.gemm(m: 1, n: 8192, k: 8192)
        let (fp8, bf16) = (timer.duration(of: Self.make(one, .fp8)), timer.duration(of: Self.make(one)))
        let saved = 8192.0 * 8192 / (device.memoryBytesPerSecond.value
            * (try ProfileRegistry.profile(for: name)).gemm.memoryEfficiency.value) * 1e9
        #expect(abs(Double(bf16 - fp8) - saved) <= 1)
    }

    @Test(arguments: [
        ("h100", DataType.fp8, 2.001), ("h20-96", .fp8, 2), ("ascend-910b2", .int8, 2.1248), ("b200", .fp4, 4),
    ])
    func aUnitForATypeComputesFaster(name: String, type: DataType, gain: Double) throws {
        let device = try DeviceDescriptor.named(name)
        let ratio = OperatorTimer.peak(of: device, type) / OperatorTimer.peak(of: device, .bf16)
        #expect(abs(ratio - gain) < 0.01, "\(ratio)")
    }

    /// INT4 and, but for Blackwell, FP4 are storage: the arithmetic is in bf16.
    @Test func fourBitWeightsComputeInBF16() throws {
        for name in DeviceDescriptor.shippedNames {
            let device = try DeviceDescriptor.named(name)
            #expect(OperatorTimer.peak(of: device, .int4) == OperatorTimer.peak(of: device, .bf16))
            if device.matrixRates[.fp4] == nil {
                #expect(OperatorTimer.peak(of: device, .fp4) == OperatorTimer.peak(of: device, .bf16))
            }
        }
    }

    /// H20's 8-bit kernels work on 64 rows: 1 to 64 rows take the same time where arithmetic binds.
    @Test func tileOfH20() throws {
        let timer = try makeTimer("h20-96")
        func time(_ rows: Int, _ type: DataType) -> Int64 {
            timer.duration(of: Self.make(.gemm(m: rows, n: 2048, k: 6144), type))
        }
        // 2 x 64 x 2048 x 6144 FLOP at 0.88 of 296 TFLOP/s: 6183 ns, against 10.7 us measured.
        for rows in [1, 16, 32, 64] { #expect(time(rows, .fp8) == 9183) }
        #expect(time(65, .fp8) == time(128, .fp8))
        #expect(time(128, .fp8) == 2 * 6183 + 3000)
        // Not of its bf16 kernels, and not of other devices.
        #expect(time(64, .bf16) < time(65, .bf16))
        let profile = try ProfileRegistry.profile(for: "h100")
        #expect(profile.paddedRows(65, .fp8) == 65)
    }

    /// Fewer bytes never cost more: caches and weights in fewer bits, on every device.
    @Test(arguments: DeviceDescriptor.shippedNames)
    func fewerBitsAreNeverSlower(device: String) throws {
        let device = try DeviceDescriptor.named(device)
        var random = RandomStream(seed: 6, name: "bits")
        for model in ["llama-3.1-8b", "qwen3-30b-a3b", "deepseek-v3"] {
            var costs = try [DataType.bf16, .fp8, .int4].map {
                try makeCost(makeOperators(model, weightType: $0, keyValueType: .bf16), on: device)
            }
            var cached = try makeCost(makeOperators(model, weightType: .bf16, keyValueType: .fp8), on: device)
            for _ in 0..<5 {
                let shape = random.step(window: nil)
                let full = costs[0].duration(of: shape)
                #expect(costs[2].duration(of: shape) <= full)
                #expect(costs[1].duration(of: shape) <= full)
                #expect(cached.duration(of: shape) <= full)
            }
        }
    }
}
