import Testing

@testable import JSONText

struct JSONTypeQuantitiesTests {
    @Test func convertToBaseUnits() throws {
        #expect(try JSONDocument(text: #""50 ms""#).decode(.duration()) == 50_000_000)
        #expect(try JSONDocument(text: #""64 GiB""#).decode(.bytes()) == 68_719_476_736)
        #expect(try JSONDocument(text: #""4.0 TB/s""#).decode(.quantity(.bandwidth)) == 4e12)
        #expect(try JSONDocument(text: #""376 TFLOP/s""#).decode(.quantity(.compute)) == 376e12)
        #expect(try JSONDocument(text: #""-1 ns""#).decode(.duration(sign: .any)) == -1)
    }

    @Test(arguments: [
        ("0.05", "expected a time with its unit, found 0.05; write \"50 ms\""),
        ("\"50\"", "expected a time with its unit, found \"50\"; write \"50 s\""),
        (
            "true",
            "expected a time with its unit, found true; write a number and one of ns, us, ms, s, min, h, d"
        ),
        (
            "\"soon\"",
            "expected a time with its unit, found \"soon\"; write a number and one of ns, us, ms, s, min, h, d"
        ),
        (
            "\"5 GB\"",
            "expected a time (GB is the unit of a number of bytes), found \"5 GB\"; units are ns, us, ms, s, min, h, d"
        ),
        ("\"5 MS\"", "expected a time with a known unit, found \"5 MS\"; did you mean ms?"),
        (
            "\"5 parsec\"",
            "expected a time with a known unit, found \"5 parsec\"; units are ns, us, ms, s, min, h, d"
        ),
        ("\"-5 s\"", "expected a time of at least zero, found \"-5 s\""),
        ("\"400 d\"", ""),
        ("\"400000 d\"", "expected a time within 64 bits, found \"400000 d\""),
        (
            "\"1.0000000000000000001 s\"",
            "expected a time of at most 19 digits, found \"1.0000000000000000001 s\""
        ),
    ])
    func saysWhatIsWrong(text: String, message: String) throws {
        let found = try problemsFound(text) { $0.read(.duration()) }
        #expect(found == (message.isEmpty ? "" : "1:1: \(message)"))
    }

    @Test func signsAreChecked() throws {
        #expect(
            try problemsFound("\"0 B/s\"") { $0.read(.quantity(.bandwidth, sign: .positive)) }
                == "1:1: expected a bandwidth above zero, found \"0 B/s\"")
        #expect(
            try problemsFound("\"1e400 B/s\"") { $0.read(.quantity(.bandwidth)) }
                == "1:1: expected a bandwidth within 64 bits, found \"1e400 B/s\"")
    }
}
