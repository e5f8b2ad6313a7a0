import Foundation
import JSONText
import Testing

/// `simulate calibrate host` and `simulate validate host` as a user meets them. What they measure is no matter of a
/// test: it depends on the machine.
@Suite struct HostCommandTests {
    /// A run that was measured once is shipped, so that the loop can be looked at anywhere.
    @Test func theShippedRunIsPredicted() throws {
        let run = try CommandLineRun("validate", "Validation/host.json")
        #expect(run.status == 0)
        #expect(run.output.contains("one thread of a host"))
        #expect(run.output.contains("mean <= 15.0 %"))
        #expect(!run.output.contains("MISSED"))
    }

    @Test func wrongOptionsAreNamed() throws {
        let folder = try ScratchFolder()
        for (arguments, message) in [
            (["calibrate", "host", "--spread", "0.9"], "expected a ratio above 1"),
            (["calibrate", "host", "--runs", "2"], "expected an integer from 5 to 1000"),
            (["calibrate", "host", "--json", "-o", "-"], "only one of --json and --output -"),
            (["validate", "host", "--load", "3"], "expected a share above 0, at most 2"),
            (["validate", "host", "--trace", "t.jsonl", "--requests", "3"], "say nothing of requests from a --trace"),
            (["validate", "host", "--profile", "p.json", "--runs", "20"], "say nothing where a --profile is given"),
            (["validate", "host", "--profile", folder.path + "/none.json"], "none.json"),
            (["validate", "host", "--trace", folder.path + "/none.jsonl"], "none.jsonl"),
            (["validate", "host", "--profile", "Validation/published.json"], "schema"),
        ] {
            let run = try CommandLineRun(arguments: arguments)
            #expect(run.status == 2, "\(arguments)")
            #expect(run.errors.contains(message), "\(arguments): \(run.errors)")
            #expect(run.output.isEmpty)
        }
        let device = try folder.write("h100.json", try String(
            contentsOfFile: CommandLineRun.package + "/Sources/Hardware/Resources/Devices/h100.json", encoding: .utf8))
        let accelerator = try CommandLineRun("validate", "host", "--profile", device)
        #expect(accelerator.status == 2)
        #expect(accelerator.errors.contains("is not the calibration of a host"))
    }
}
