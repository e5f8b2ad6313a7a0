import JSONText
import Testing
import TraceFormats

@Suite struct GavelTraceTests {
    @Test func theThreeLayoutsAreToldApartByTheirFields() throws {
        let philly = "LM (batch size 5)\tcd x && python3\t-step\t1\t246378\t12.500000\t4\n"
        let physical = "LM (batch size 5)\tpython3\tlm\t--steps\t1\t900\t2\t1.5\t-1.000000\t7\n"
        let shockwave = "ResNet-18 (batch size 32)\tpython3\tcv\t--steps\t1\t143450\t1\taccordion\t1\t1.2\t3338\t55\n"
        let one = try read(philly)[0]
        #expect((one.type, one.steps, one.gang, one.arrival) == ("LM (batch size 5)", 246378, 4, 12_500_000_000))
        #expect(one.weight == 1 && one.deadlineFactor == nil && one.adaptation == .none && one.statedDuration == nil)
        let two = try read(physical)[0]
        #expect((two.steps, two.gang, two.weight, two.arrival) == (900, 2, 1.5, 7_000_000_000))
        #expect(two.deadlineFactor == nil)
        let three = try read(shockwave)[0]
        #expect((three.adaptation, three.deadlineFactor, three.statedDuration) == (.accordion, 1.2, 3_338_000_000_000))
        #expect((three.model, three.batchSize) == ("ResNet-18", 32))
    }

    @Test(arguments: [
        ("a\tb\tc", 1, "3 fields between tabs"),
        ("t\tc\td\t1\t0\t5\t1", 1, "0 steps, scale factor 1, arrival 5000000000 ns"),
        ("t\tc\td\t1\t9\t5\tmany", 1, "found"),
        ("t\tp\tf\ts\t1\t9\t1\tsometimes\t1\t-1\t5\t5", 1, "\"sometimes\""), ("\n", nil, "holds no jobs"),
    ])
    func aDamagedLineIsNamed(text: String, line: Int?, found: String) {
        let problem = #expect(throws: TraceProblem.self) { try read(text) }
        #expect(problem?.line == line && problem?.found.hasPrefix(found) == true, "\(problem as Any)")
    }

    @Test func tuplesAreTheKeysOfThroughputs() throws {
        let table = try ThroughputTable(
            JSONDocument(
                text: """
                    { "v100": { "('LM (batch size 5)', 2)": { "null": 1.5, "('A3C', 2)": [1.0, 0.5] },
                                "('LM (batch size 80)', 2)": { "null": 0.0 },
                                "('LM (batch size 10)', 2)": { "null": 1 } } }
                    """))
        #expect(table.kinds == ["v100"])
        #expect(table.rate(kind: "v100", .init(type: "LM (batch size 5)", gang: 2)) == 1.5)
        #expect(table.rate(kind: "v100", .init(type: "LM (batch size 80)", gang: 2)) == 0)
        #expect(table.rate(kind: "v100", .init(type: "LM (batch size 5)", gang: 1)) == nil)
        #expect(table.rate(kind: "k80", .init(type: "LM (batch size 5)", gang: 2)) == nil)
        #expect(table.batchSizes(kind: "v100", model: "LM", gang: 2) == [5, 10, 80])
    }

    @Test(arguments: ["{\"v100\": {\"LM\": {\"null\": 1}}}", "{\"v100\": {\"('LM', 1)\": {}}}", "[1]"])
    func aWrongThroughputTableIsRefused(text: String) {
        #expect(throws: JSONProblems.self) { try ThroughputTable(JSONDocument(text: text)) }
    }

    private func read(_ text: String) throws(TraceProblem) -> [ThroughputJob] {
        try GavelTrace.read(bytes: Array(text.utf8), name: "jobs.trace")
    }
}
