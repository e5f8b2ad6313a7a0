import EventEngine
import Glibc
import Testing

@testable import TraceFormats

@Suite struct DateAndTimeTests {
    private func nanoseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return DateAndTime.nanoseconds(bytes, in: 0..<bytes.count)
    }

    @Test(arguments: [
        ("1970-01-01 00:00:00", 0),
        ("2023-11-16 18:17:03.9799600", 1_700_158_623_979_960_000),
        ("2024-05-12 00:00:10+00:00", 1_715_472_010_000_000_000),
        ("2024-05-12T00:00:10.5Z", 1_715_472_010_500_000_000),
        ("2024-02-29 23:59:59.123456789", 1_709_251_199_123_456_789),
        ("2024-05-12 02:30:10+02:30", 1_715_472_010_000_000_000),
        ("2024-05-11 17:00:10-07:00", 1_715_472_010_000_000_000),
    ] as [(String, Int64)])
    func isExact(text: String, expected: Int64) {
        #expect(nanoseconds(text) == expected)
    }

    @Test(arguments: [
        "", "2023-11-16", "2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-11-31 00:00:00", "2023-11-16 24:00:00",
        "2023-11-16 18:17", "2023-11-16 18:17:03.", "2023-11-16 18:17:03.1234567890", "2023-11-16 18:17:03 UTC",
        "16/11/2023 18:17:03", "2023-11-16 18:17:03+0000", "1969-12-31 23:59:59", "1700158623.97",
    ])
    func refusesOtherForms(text: String) {
        #expect(nanoseconds(text) == nil)
    }

    /// The C library's calendar agrees on every day that is drawn.
    @Test func agreesWithTheSystemsCalendar() {
        var random = RandomStream(seed: 1, name: "test.dates")
        for _ in 0..<2000 {
            var seconds = time_t(random.uniform(below: 9_000_000_000))
            var fields = tm()
            gmtime_r(&seconds, &fields)
            func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
            let text =
                "\(fields.tm_year + 1900)-\(two(fields.tm_mon + 1))-\(two(fields.tm_mday)) "
                + "\(two(fields.tm_hour)):\(two(fields.tm_min)):\(two(fields.tm_sec))"
            #expect(nanoseconds(text) == Int64(seconds) * 1_000_000_000, "\(text)")
        }
    }
}
