import Foundation
import JSONText
import Testing

/// `simulate validate` as a user meets it.
@Suite struct ValidateCommandTests {
    @Test func theShippedCaseNeedsNoOtherFile() throws {
        let run = try CommandLineRun("validate", "Validation/published.json")
        #expect(run.status == 0)
        #expect(run.output.contains("published points: hgx-h100"))
        #expect(run.output.contains("worst <= 10.0 %"))
        #expect(!run.output.contains("MISSED"))
    }

    @Test func theAnswerIsJSONOnRequest() throws {
        let run = try CommandLineRun("validate", "Validation/published.json", "--json", "--every", "3", "--draws", "2")
        #expect(run.status == 0)
        let value = try JSONDocument(text: run.output).value
        let validation = try #require(value["validations"]?[0])
        #expect(validation["cases"]?.arrayValue?.count == 2)
        #expect(validation["errors"]?[0]?["coverage"]?.numberValue != nil)
        #expect(validation["bars"]?[0]?["holds"]?.boolValue == true)
    }

    @Test func wrongInputIsNamed() throws {
        let folder = try ScratchFolder()
        let absent = try CommandLineRun("validate", folder.path + "/none.json")
        #expect(absent.status == 2)
        #expect(absent.errors.contains("none.json"))
        let manifest = try folder.write("m.json", #"{"schema": "simulate-validation/1", "name": "m", "scenarios": {}}"#)
        let wrong = try CommandLineRun("validate", manifest)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("scenarios: unknown key; did you mean \"scenario\"?"))
        #expect(wrong.output.isEmpty)
        let elsewhere = try CommandLineRun(arguments: ["validate"], in: folder.path)
        #expect(elsewhere.status == 2)
        #expect(elsewhere.errors.contains("Validation: there is no such folder here"))
    }
}
