import EventEngine
import Testing

@testable import Report

@Suite struct NumbersTests {
    @Test(arguments: [
        (0, "0 s"), (1e-9, "1.00 ns"), (5.5e-8, "55.0 ns"), (1.5e-6, "1.50 us"), (0.00025, "250 us"),
        (0.0123, "12.3 ms"), (0.5, "500 ms"), (1, "1.00 s"), (12.34, "12.3 s"), (3600, "3600 s"), (-0.02, "-20.0 ms"),
    ])
    func timesHaveAUnitThatKeepsThemShort(_ seconds: Double, _ text: String) { #expect(time(seconds) == text) }

    @Test(arguments: [
        (0, "0"), (9.99, "9.99"), (9.996, "10.0"), (99.94, "99.9"), (99.96, "100"), (123.4, "123"), (12345.6, "12346"),
        (0.5, "0.500"), (0.0123, "0.0123"), (0.00123, "0.00123"), (0.0001234, "0.000123"), (-1.5, "-1.50"),
        (0.0000001, "0.000000"),
    ])
    func threeDigitsAreSignificant(_ value: Double, _ text: String) { #expect(significant(value) == text) }

    @Test(arguments: [
        (1.005, 2, "1.00"), (2.5, 0, "3"), (-2.5, 0, "-3"), (-0.001, 2, "0.00"), (0.05, 1, "0.1"), (12.0, 1, "12.0"),
        (.infinity, 1, "inf"), (1e20, 1, "1e+20"),
    ])
    func decimalsAreFixed(_ value: Double, _ decimals: Int, _ text: String) {
        #expect(rounded(value, decimals) == text)
    }

    @Test func sharesArePercentages() {
        #expect(percent(0) == "0.0 %")
        #expect(percent(0.1234) == "12.3 %")
        #expect(percent(1) == "100.0 %")
    }

    /// A figure is off by half a unit of its third digit at most.
    @Test func figuresAreNear() {
        var random = RandomStream(seed: 1, name: "figures")
        for _ in 0..<2000 {
            let value = PortableMath.exp(random.uniform() * 25 - 7)
            let shown = Double(significant(value)) ?? 0
            #expect(abs(shown - value) <= value * 0.00501, "\(value)")
        }
    }
}
