import ArgumentParser
import JSONText
import Report
import Studies

extension Validate {
    /// `simulate validate separation`.
    struct Separation: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gain of prefill on one device and decode on another: saturated simulation beside the "
                + "closed form.")

        @Option(help: "A dense model.")
        var model = "qwen2.5-32b"

        @Option(help: "Prompt tokens.")
        var input = 4096

        @Option(help: "Answer tokens.")
        var output = 1024

        @Option(help: "Share of the prompt that is cached.")
        var prefixHit = 0.0

        @Option(help: "Bound on the time per output token, milliseconds.")
        var tpotMs = 50.0

        @Option(help: "Node type of the prefill side.")
        var prefillNode = "atlas-800t-a2"

        @Option(help: "Device of the prefill side.")
        var prefillDevice = "ascend-910b2"

        @Option(help: "Node type of the decode side.")
        var decodeNode = "hgx-h20"

        @Option(help: "Device of the decode side.")
        var decodeDevice = "h20-96"

        func validate() throws {
            guard input >= 16, output >= 2
            else { throw ValidationError("--input must be at least 16, --output at least 2") }
            guard (0...0.99).contains(prefixHit) else { throw ValidationError("--prefix-hit: expected 0 to 0.99") }
            guard tpotMs > 0 else { throw ValidationError("--tpot-ms: expected a time above 0") }
        }

        func run() throws {
            let separation = SeparationCase(
                model: model, prefillNode: prefillNode, prefillDevice: prefillDevice, decodeNode: decodeNode,
                decodeDevice: decodeDevice, inputTokens: input, outputTokens: output, prefixHit: prefixHit,
                timePerOutputToken: tpotMs / 1e3)
            do {
                print(SeparationReport.text(try SeparationStudy(separation)), terminator: "")
            } catch {
                throw Failure.input(error)
            }
        }
    }
}
