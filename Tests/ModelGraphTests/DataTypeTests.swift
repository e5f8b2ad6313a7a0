import Testing

@testable import ModelGraph

@Suite struct DataTypeTests {
    @Test(arguments: [
        (DataType.fp32, 4), (.tf32, 4), (.bf16, 2), (.fp16, 2), (.fp8, 1), (.int8, 1), (.int4, 0.5), (.fp4, 0.5),
    ])
    func bytesOfOneValue(type: DataType, bytes: Double) {
        #expect(type.bytes == bytes)
    }

    @Test(arguments: DataType.allCases)
    func packedBytesAreTheBitsRoundedUp(type: DataType) {
        for count: Int64 in 0..<40 {
            #expect(type.packedBytes(count) == Int64((Double(count) * type.bytes).rounded(.up)))
        }
    }

    @Test func packedBytesOfHugeCountsDoNotOverflow() {
        #expect(DataType.fp32.packedBytes(1 << 60) == 1 << 62)
        #expect(DataType.int4.packedBytes((1 << 60) + 1) == (1 << 59) + 1)
    }

    @Test func quantisedTypesAreThoseWithScales() {
        #expect(DataType.allCases.filter(\.isQuantised) == [.fp8, .int8, .int4, .fp4])
    }

    @Test func namesAreThoseOfScenarios() {
        #expect(DataType.allCases.map(\.rawValue) == ["fp32", "tf32", "bf16", "fp16", "fp8", "int8", "int4", "fp4"])
    }
}
