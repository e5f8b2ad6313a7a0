import Testing

@testable import JSONText

struct QuantityTests {
    @Test(
        arguments: [
            ("1 ns", 1), ("1us", 1000), ("1 \u{B5}s", 1000), ("1 \u{3BC}s", 1000), ("2.5 ms", 2_500_000),
            ("1 min", 60_000_000_000),
            ("1.5 h", 5_400_000_000_000), ("1 d", 86_400_000_000_000), ("0.1 s", 100_000_000),
            ("1e-3 s", 1_000_000),
            // Half to even, exactly from the decimal text.
            ("0.5 ns", 0), ("1.5 ns", 2), ("2.5 ns", 2), ("0.50000001 ns", 1), ("-1.5 ns", -2),
            ("-0.5 ns", 0),
            ("9223372036854775.807 us", Int64.max), ("1e-300 s", 0), ("1e-100000 h", 0), ("000.000 s", 0),
        ] as [(String, Int64)])
    func timesAreExactNanoseconds(text: String, nanoseconds: Int64) throws {
        #expect(try Quantity(text, .time, sign: .any).integer(digits: 9) == nanoseconds)
    }

    @Test(
        arguments: [
            ("1 B", 1), ("1 kB", 1000), ("1.5 GiB", 1_610_612_736), ("0.5 B", 0),
            ("1 TiB", 1_099_511_627_776), ("16 TB", 16_000_000_000_000),
        ] as [(String, Int64)])
    func bytesAreExact(text: String, bytes: Int64) throws {
        #expect(try Quantity(text, .bytes).integer() == bytes)
    }

    @Test(
        arguments: [
            ("3.35 TB/s", .bandwidth, 3.35e12), ("400 Gbit/s", .bandwidth, 50e9),
            ("1 GiB/s", .bandwidth, 1_073_741_824),
            ("0.1 GB/s", .bandwidth, 1e8), ("148 TFLOP/s", .compute, 148e12), ("1.3 POP/s", .compute, 1.3e15),
            ("1.98 GHz", .frequency, 1.98e9), ("700 W", .power, 700), ("1.2 kW", .power, 1200),
            ("90 min", .time, 5400),
            ("50 us", .time, 50e-6), ("1e-400 W", .power, 0),
        ] as [(String, QuantityDimension, Double)])
    func doublesAreCorrectlyRounded(text: String, dimension: QuantityDimension, value: Double) throws {
        #expect(try Quantity(text, dimension).valueInBaseUnits == value)
    }

    @Test(arguments: ["9223372036854775808 ns", "1e19 ns", "1e30 d", "1e100000 s"])
    func tooLargeTimesAreErrors(text: String) throws {
        let quantity = try? Quantity(text, .time)
        #expect(throws: QuantityError.outOfRange) {
            try (quantity ?? Quantity("1e99 s", .time)).integer(digits: 9)
        }
    }

    /// Any integer count of any unit converts to the product, and back through another unit.
    @Test(arguments: 0..<50) func integersConvertWithoutLoss(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let count = Int64.random(in: 0...100_000, using: &generator)
        #expect(try Quantity("\(count) ms", .time).integer(digits: 9) == count * 1_000_000)
        #expect(try Quantity("\(count) MiB", .bytes).integer() == count << 20)
        #expect(try Quantity("\(count) h", .time).integer(digits: 9) == count * 3_600_000_000_000)
        let fraction = "\(count / 1000).\(String(1000 + count % 1000).dropFirst())"
        #expect(try Quantity("\(fraction) us", .time).integer(digits: 9) == count)
    }
}
