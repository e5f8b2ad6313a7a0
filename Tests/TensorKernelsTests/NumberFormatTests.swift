import Testing

@testable import TensorKernels

@Suite struct NumberFormatTests {
    @Test func bfloat16RoundsToNearestEven() {
        #expect(BFloat16(1).bitPattern == 0x3f80)
        #expect(BFloat16(1 + 1.0 / 256).float == 1)  // a tie, to even
        #expect(BFloat16(1 + 3.0 / 256).float == 1 + 1.0 / 64)  // a tie, to even
        #expect(BFloat16(-.infinity).float == -.infinity)
        #expect(BFloat16(.nan).float.isNaN)
        #expect(BFloat16(.greatestFiniteMagnitude).float == .infinity)
        for value in randomNumbers(200, "x") {
            #expect((BFloat16(value).float - value).magnitude <= value.magnitude / 256)
        }
    }

    @Test func float8Values() {
        #expect(Float8E4M3(bitPattern: 0x7e).float == 448)
        #expect(Float8E4M3(bitPattern: 0x08).float == 1.0 / 64)
        #expect(Float8E4M3(bitPattern: 0x01).float == 1.0 / 512)
        #expect(Float8E4M3(bitPattern: 0xb8).float == -1)
        #expect(Float8E4M3(bitPattern: 0x7f).float.isNaN)
        for code in UInt8.min...UInt8.max where code & 0x7f != 0x7f {
            #expect(Float8E4M3(Float8E4M3(bitPattern: code).float).bitPattern == code)
        }
    }

    /// Between any two neighbours the nearer one is taken, and in the middle the even one.
    @Test func float8TakesTheNearest() {
        for code in UInt8(0)..<0x7e {
            let low = Float8E4M3(bitPattern: code).float, high = Float8E4M3(bitPattern: code + 1).float
            let middle = (low + high) / 2
            #expect(Float8E4M3(middle.nextDown).bitPattern == code)
            #expect(Float8E4M3(middle.nextUp).bitPattern == code + 1)
            #expect(Float8E4M3(middle).bitPattern == (code & 1 == 0 ? code : code + 1))
            #expect(Float8E4M3(-middle.nextUp).bitPattern == code + 0x81)
        }
        #expect(Float8E4M3(1e30).float == 448)
        #expect(Float8E4M3(-.infinity).float == -448)
        #expect(Float8E4M3(.nan).float.isNaN)
    }

    @Test(arguments: KeyValueFormat.allCases, [1, 16, 40, 128])
    func errorOfCacheIsThatOfItsSteps(format: KeyValueFormat, width: Int) {
        let rows = 20
        let values = randomNumbers(rows * width, "kv")
        let cache = QuantisedKeyValues(values, rows: rows, width: width, format: format)
        var restored = [Float](repeating: .nan, count: values.count)
        cache.dequantise(into: &restored)
        for (index, value) in values.enumerated() {
            let largest = cache.scales[index / width] * (format == .int8 ? 127 : 448)
            // Half a step: of 1/127 of the largest, or of an eighth of a power of two.
            let bound =
                format == .int8
                ? largest / 254 : max(value.magnitude / 16, cache.scales[index / width] / 1024)
            #expect((restored[index] - value).magnitude <= bound * 1.0001)
        }
        #expect(cache.bytes == rows * (width + 4))
        let error = cache.error(against: values)
        #expect(error.relativeRootMeanSquare > 0 || width == 1)
        #expect(error.relativeRootMeanSquare < (format == .int8 ? 0.006 : 0.03))
    }

    @Test func zerosStayZero() {
        for format in KeyValueFormat.allCases {
            let tiny = QuantisedKeyValues(
                [.leastNonzeroMagnitude, 0, -.leastNormalMagnitude], rows: 1, width: 3, format: format)
            var little: [Float] = [1, 1, 1]
            tiny.dequantise(into: &little)
            #expect(little.allSatisfy { $0.magnitude < 1e-9 })
            let cache = QuantisedKeyValues([0, 0, 0], rows: 1, width: 3, format: format)
            var restored: [Float] = [1, 1, 1]
            cache.dequantise(into: &restored)
            #expect(restored == [0, 0, 0])
            #expect(cache.error(against: [0, 0, 0]) == QuantisationError([0], against: [0], count: 1))
        }
    }

    @Test func errorByHand() {
        let error = QuantisationError([3, 4.5], against: [3, 4], count: 2)
        #expect(error.relativeRootMeanSquare == 0.1)
        #expect(error.relativeLargest == 0.125)
    }
}
