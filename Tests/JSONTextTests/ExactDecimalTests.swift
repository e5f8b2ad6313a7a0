import Testing

@testable import JSONText

struct ExactDecimalTests {
    private func read(_ text: String) -> (ExactDecimal?, String) {
        var rest = Substring(text)
        let decimal = try? ExactDecimal(takenFrom: &rest)
        return (decimal, String(rest))
    }

    @Test(
        arguments: [
            ("12.50 ms", false, 125, -1, " ms"), ("-0.001", true, 1, -3, ""), ("1200", false, 12, 2, ""),
            ("+7e3x", false, 7, 3, "x"),
            ("1e", false, 1, 0, "e"), ("1E+2", false, 1, 2, ""), ("-0.0", false, 0, 0, ""),
            ("1 e5", false, 1, 0, " e5"),
            ("9999999999999999999", false, 9_999_999_999_999_999_999, 0, ""),
        ] as [(String, Bool, UInt64, Int, String)])
    func takesANumberOffTheFront(
        text: String, isNegative: Bool, significand: UInt64, exponent: Int, rest: String
    ) {
        let (decimal, left) = read(text)
        #expect(decimal?.isNegative == isNegative)
        #expect(decimal?.significand == significand)
        #expect(decimal?.exponent == exponent)
        #expect(left == rest)
    }

    @Test(arguments: ["", "x", ".5", "5.", "-", "٣"]) func refusesWhatIsNoNumber(text: String) {
        var rest = Substring(text)
        #expect(throws: ExactDecimal.Failure.notANumber) { try ExactDecimal(takenFrom: &rest) }
    }

    @Test func refusesMoreDigitsThanItHolds() {
        var rest: Substring = "10000000000000000001"
        #expect(throws: ExactDecimal.Failure.tooManyDigits) { try ExactDecimal(takenFrom: &rest) }
        #expect(read("1000000000000000000000").0?.exponent == 21)
    }

    /// The integer is the nearest one to the exact value: checked against 128-bit arithmetic of
    /// values with three decimals.
    @Test(arguments: 0..<100) func roundsHalfToEven(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let thousandths = Int64.random(in: 0...50_000_000, using: &generator) / 500 * 500
        let (decimal, _) = read("\(thousandths / 1000).\(String(1000 + thousandths % 1000).dropFirst())")
        let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
        let expected = rest > 500 || (rest == 500 && whole % 2 == 1) ? whole + 1 : whole
        #expect(decimal?.integer(times: 1, decimal: 0, binary: 0) == expected)
        #expect(decimal?.integer(times: 1, decimal: 3, binary: 0) == thousandths)
    }
}
