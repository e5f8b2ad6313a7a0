import EventEngine
import Testing

@Suite struct NanosecondsTests {
    @Test(
        arguments: [
            (1.0, 1_000_000_000), (0.5e-9, 0), (1.5e-9, 2), (2.5e-9, 2), (-1.5e-9, -2),
            (8.589934592, 8_589_934_592), (0, 0),
        ] as [(Double, Nanoseconds)])
    func secondsRoundHalfToEven(seconds: Double, expected: Nanoseconds) {
        #expect(TimeConversion.nanoseconds(fromSeconds: seconds) == expected)
    }

    @Test func nanosecondsSurviveAVisitToSeconds() {
        var random = RandomStream(seed: 1, name: "round trip")
        for _ in 0..<1000 {
            let time = Nanoseconds(random.uniform(below: 1 << 50))
            #expect(TimeConversion.nanoseconds(fromSeconds: TimeConversion.seconds(time)) == time)
        }
    }
}
