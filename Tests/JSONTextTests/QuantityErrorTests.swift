import Testing

@testable import JSONText

struct QuantityErrorTests {
    private func remedy(_ text: String, _ dimension: QuantityDimension) -> String? {
        do throws(QuantityError) {
            _ = try Quantity(text, dimension)
            return nil
        } catch {
            return error.remedy
        }
    }

    @Test(
        arguments: [
            ("0.05", .time, "write \"50 ms\""), ("2e-5", .time, "write \"20 us\""),
            ("600", .time, "write \"600 s\""), ("0", .time, "write \"0 s\""),
            ("64", .bytes, "write \"64 GiB\""), ("68719476736", .bytes, "write \"64 GiB\""),
            ("80e9", .bytes, "write \"80 GB\""),
            ("400", .bandwidth, "write \"400 GB/s\""), ("4.0e12", .bandwidth, "write \"4 TB/s\""),
            ("376", .compute, "write \"376 TFLOP/s\""), ("148e12", .compute, "write \"148 TFLOP/s\""),
            ("1980", .frequency, "write \"1980 MHz\""), ("1.98e9", .frequency, "write \"1.98 GHz\""),
            ("700", .power, "write \"700 W\""),
        ] as [(String, QuantityDimension, String)])
    func bareNumbersGetAProposal(text: String, dimension: QuantityDimension, expected: String) {
        #expect(remedy(text, dimension) == expected)
    }

    @Test(
        arguments: [
            ("1 gb/s", .bandwidth, "did you mean GB/s?"),
            ("1 Gb/s", .bandwidth, "did you mean Gbit/s or GB/s?"),
            ("1 Gbps", .bandwidth, "did you mean Gbit/s or GB/s?"),
            ("1 GBps", .bandwidth, "did you mean GB/s?"),
            ("1 TFLOPS", .compute, "did you mean TFLOP/s?"), ("1 gib", .bytes, "did you mean GiB?"),
            ("1 mhz", .frequency, "did you mean MHz?"),
            ("1 MB/s", .bytes, "units are B, kB, MB, GB, TB, KiB, MiB, GiB, TiB"),
            ("1 sec", .time, "units are ns, us, ms, s, min, h, d"),
        ] as [(String, QuantityDimension, String)])
    func wrongUnitsGetTheNearest(text: String, dimension: QuantityDimension, expected: String) {
        #expect(remedy(text, dimension) == expected)
    }

    /// Every proposal is itself a good quantity of its dimension.
    @Test(arguments: QuantityDimension.allCases) func proposalsCanBeRead(dimension: QuantityDimension) {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let exponent = Int.random(in: -12...16, using: &generator)
            let text = "\(Int.random(in: 0...999, using: &generator))e\(exponent)"
            let proposal = dimension.proposal(for: Double(text) ?? 0, written: text)
            #expect(throws: Never.self) { try Quantity(proposal, dimension) }
        }
    }

    @Test func distancesTellUnitsOfOtherDimensions() {
        #expect(
            QuantityError.unknownUnit("Hz", .power).expectation(.power)
                == "a power (Hz is the unit of a frequency)")
    }
}
