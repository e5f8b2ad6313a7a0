import Hardware
import JSONText
import Testing

/// A user's own device file: decoded whole, or refused with everything that is wrong.
@Suite struct DeviceFileTests {
    static let card = """
        {
          "schema": "simulate-device/1",
          "name": "card-x",
          "title": "Card X",
          "vendor": "intel",
          "matrix_rate": { "bf16": { "value": "100 TFLOP/s", "provenance": "datasheet", "source": "brochure" } },
          "vector_rate": {},
          "memory": {
            "capacity": { "value": "16 GiB", "provenance": "datasheet", "source": "brochure" },
            "bandwidth": { "value": "500 GB/s", "provenance": "fewshot(16)", "source": "probe" }
          },
          "cores": { "kind": "sm", "matrix": { "value": 40, "provenance": "measured", "source": "driver" } },
          "links": { "host_link_bandwidth": { "value": "32 GB/s", "provenance": "published", "source": "a page" } },
          "power": { "value": "0.3 kW", "provenance": "sibling(a10)", "source": "same board" }
        }
        """

    @Test func aMinimalFileIsEnough() throws {
        let device = try DeviceDescriptor(document: JSONDocument(text: Self.card, file: "card.json"))
        #expect(device.name == "card-x")
        #expect(device.vendor == .intel)
        #expect(device.matrixRates[.bf16] == Sourced(100e12, provenance: .datasheet, source: "brochure"))
        #expect(device.memoryBytes.value == 17_179_869_184)
        #expect(device.memoryBytesPerSecond == Sourced(5e11, provenance: .fewshot(samples: 16), source: "probe"))
        #expect(device.hostLinkBytesPerSecond.provenance == .published(source: "a page"))
        #expect(device.powerWatts == Sourced(300, provenance: .sibling(of: "a10"), source: "same board"))
        #expect(device.scaleUpBytesPerSecond == nil)
        #expect(device.vectorRate(.fp32) == nil)
    }

    @Test func aBadFileGivesAllItsProblemsAtOnce() throws {
        let text = """
            {
              "schema": "simulate-device/1",
              "name": "",
              "title": "Card X",
              "vendor": "nvidai",
              "matrix_rate": { "bf61": { "value": "100 TFLOP/s", "provenance": "datasheet", "source": "b" } },
              "vector_rate": { "fp32": { "value": 1e12, "provenance": "guessed", "source": "b" } },
              "memory": {
                "capacity": { "value": "0 GB", "provenance": "datasheet", "source": "" },
                "bandwidth": "500 GB/s"
              },
              "cores": {
                "kind": "sm",
                "matrix": { "value": 0, "provenance": "measured", "source": "driver" },
                "vector": { "value": 1, "provenance": "measured", "source": "driver" }
              },
              "links": {},
              "power": { "value": "300 GB", "provenance": "datasheet", "source": "b" }
            }
            """
        let problems = try #require(
            #expect(throws: JSONProblems.self) {
                try DeviceDescriptor(document: JSONDocument(text: text, file: "card.json"))
            })
        let found = problems.problems.map { "\($0.line.map(String.init) ?? "-") \($0.path)" }
        #expect(
            found == [
                "3 name", "5 vendor", "6 matrix_rate", "6 matrix_rate.bf61", "7 vector_rate.fp32.value",
                "7 vector_rate.fp32.provenance", "9 memory.capacity.value", "9 memory.capacity.source",
                "10 memory.bandwidth", "14 cores.matrix.value", "15 cores.vector", "17 links.host_link_bandwidth",
                "18 power.value",
            ])
        let lines = problems.description.split(separator: "\n")
        #expect(lines[1].hasSuffix("did you mean \"nvidia\"?"))
        #expect(lines[2].contains("at least one rate"))
        #expect(lines[3].contains("did you mean \"bf16\"?"))
        #expect(lines[5].contains("one of measured, fewshot(n), sibling(device), published, datasheet, assumed"))
        #expect(lines[10].contains("leave it out"))
    }

    @Test func aSplitKindNeedsItsVectorCores() throws {
        let text = Self.card.replacing("\"sm\"", with: "\"aic-aiv\"")
        let problems = try #require(
            #expect(throws: JSONProblems.self) { try DeviceDescriptor(document: JSONDocument(text: text)) })
        #expect(problems.problems.map(\.path.description) == ["cores.vector"])
    }

    @Test func aMissingFileSaysSo() throws {
        let problems = try #require(
            #expect(throws: JSONProblems.self) { try DeviceDescriptor(contentsOf: "/nowhere/card.json") })
        #expect(problems.problems.first?.file == "/nowhere/card.json")
    }
}
