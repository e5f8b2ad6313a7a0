import Foundation
import JSONText
import Scenario
import Testing

@testable import Report

/// The schema of results says what is written; the schema of scenarios takes the shipped ones.
@Suite struct ResultSchemaTests {
    let schema: JSONSchema

    init() throws { schema = try JSONSchema(ResultSchema.result) }

    @Test(arguments: SampleRuns.patches.indices)
    func resultsAreAsTheSchemaSays(_ index: Int) throws {
        let result = try SampleRuns.result(SampleRuns.patches[index].patch)
        // What is written is what counts: NaN would be null there.
        let written = try JSONDocument(bytes: JSONWriter.pretty.bytes(of: result)).value
        #expect(schema.problems(of: written) == [])
        let scenario = try #require(written.value(at: ["scenario", "document"]))
        #expect(try JSONSchema(ScenarioSchema.scenario).problems(of: scenario) == [])
    }

    /// Every key of the schema is written by one of the samples or is named here with the reason.
    @Test func everyKeyOfTheSchemaIsWritten() async throws {
        var unused: Set<String> = []
        var written: Set<String> = []
        for (name, definition) in schema.root["$defs"]?.objectValue ?? [:] {
            for key in definition["properties"]?.objectValue?.keys ?? [] { unused.insert("\(name).\(key)") }
        }
        let drawn = try await SampleRuns.drawnResult()
        #expect(schema.problems(of: drawn) == [])
        let learned = try await SampleRuns.drawnResult(SampleRuns.learning)
        #expect(schema.problems(of: learned) == [])
        let sampled = try SampleRuns.sampledResult()
        #expect(schema.problems(of: sampled) == [])
        for result in [drawn, learned, sampled] + (try SampleRuns.patches.map { try SampleRuns.result($0.patch) }) {
            for site in schema.objects(in: result) {
                let keys = site.schema["properties"]?.objectValue?.keys ?? []
                let name = schema.root["$defs"]?.objectValue?.first {
                    $0.value["properties"]?.objectValue?.keys == keys
                }?.key
                for key in site.value.objectValue?.keys ?? [] { written.insert("\(name ?? "").\(key)") }
            }
        }
        #expect(unused.count > 80)
        // Only a trace with a coarse clock has it.
        #expect(unused.subtracting(written) == ["provenance.measured_kernels", "traffic.ticks_spread"])
    }

    @Test func aMissingOrStrangeKeyIsNotAccepted() throws {
        let result = try SampleRuns.result()
        var seen: [JSONValue] = []
        for site in schema.objects(in: result) where !seen.contains(site.schema) {
            seen.append(site.schema)
            let strange = result.replacing(site.path, site.value.applying(mergePatch: ["strange": 1]))
            #expect(schema.problems(of: strange) != [])
            for key in site.schema["required"]?.arrayValue ?? [] {
                let removed = site.value.applying(mergePatch: .object(JSONObject([(key.stringValue ?? "", .null)])))
                #expect(schema.problems(of: result.replacing(site.path, removed)) != [])
            }
        }
        #expect(seen.count > 12)
    }

    @Test func shippedScenariosAreAsTheirSchemaSays() throws {
        let scenarios = try JSONSchema(ScenarioSchema.scenario)
        let folder = #filePath.components(separatedBy: "/Tests/")[0] + "/Scenarios/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
        #expect(names.contains("pd-separation.json"))
        for name in names.sorted() {
            let document = try ScenarioDocument(contentsOf: folder + name)
            #expect(scenarios.problems(of: document.value) == [], "\(name)")
            for variant in document.variantNames {
                #expect(scenarios.problems(of: document.merged(variant: variant)) == [], "\(name) \(variant)")
                #expect(throws: Never.self) { try document.specification(variant: variant) }
            }
        }
    }
}

extension JSONValue {
    /// The value with another one at a path that it has.
    func replacing(_ path: JSONPath, _ new: JSONValue) -> JSONValue {
        var value = self
        do {
            try value.set(path, to: new)
        } catch {
            Issue.record("\(error)")
        }
        return value
    }
}
