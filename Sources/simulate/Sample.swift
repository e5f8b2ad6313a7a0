import ArgumentParser
import Glibc
import JSONText
import Report
import Scenario
import Studies

/// `simulate sample`.
struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a scenario and execute a sample of its steps with real kernels on this machine.",
        discussion: """
            A seeded, stratified subset of the steps of each serving workload (64, or what "sampling" in the scenario \
            says) is executed on one thread at a reduced scale: operator and shape list, tokens per expert by a real \
            gate, error of an eight-bit KV cache, CPU time. simulate run --samples takes the file as an input. Only \
            the measured load of experts changes an accelerator's times; the measured time is extrapolated for the \
            device host alone.
            """)

    @Argument(help: "A scenario.")
    var scenario: String

    @Option(name: [.short, .long], help: "The samples file to write; - is standard output.")
    var output: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Change the scenario, e.g. sampling.steps=32; repeatable. The run that takes the samples "
            + "needs the same changes.", valueName: "path=value"))
    var settings: [String] = []

    @Option(help: "Seed of all random streams, instead of the scenario's.")
    var seed: Int?

    @Option(parsing: .singleValue, help: "Sample only this variant (base is the scenario itself); repeatable.")
    var variant: [String] = []

    func run() throws {
        let document = try loadScenario(scenario, settings: settings, seed: seed)
        let variants = try checkedVariants(document, try chosenVariants(variant, of: document))
        let file = try makeSamples(variants, of: document)
        try write(JSONWriter.pretty.bytes(of: file.json) + [UInt8(ascii: "\n")], to: output)
        let text = SamplingReport.text(file)
        if output == "-" { printToStandardError(text) } else { print(text, terminator: "") }
    }
}

/// Executes sampled steps of variants, with a line of progress on a terminal.
func makeSamples(
    _ variants: [(name: String, scenario: CheckedScenario)], of document: ScenarioDocument
) throws -> SamplesFile {
    guard let first = variants.first else { throw Failure(message: "there is no variant to sample", status: 2) }
    if let mixed = variants.first(where: {
        StepScale($0.scenario.sampling) != StepScale(first.scenario.sampling)
            || $0.scenario.sampling.seed != first.scenario.sampling.seed
    }) {
        throw Failure(
            message: "variant \(mixed.name) has another sampling scale or seed than \(first.name), and a samples file "
                + "has one; sample them apart with --variant", status: 2)
    }
    let showsProgress = isatty(STDERR_FILENO) == 1
    var file = SamplesFile(
        scale: StepScale(first.scenario.sampling), seed: first.scenario.sampling.seed, variants: [])
    for variant in variants {
        do {
            file.variants.append(
                try StepSampler(variant.scenario).sample(
                    variant: variant.name, hash: document.sampledHash(variant: variant.name)
                ) { done, all in
                    if showsProgress { printProgress("\(variant.name): step \(done + 1) of \(all)") }
                })
        } catch {
            throw Failure.run(error)
        }
        if showsProgress { printProgress("") }
    }
    return file
}

/// Overwrites the current line of standard error.
private func printProgress(_ text: String) {
    let bytes = Array("\r\u{1B}[K\(text)".utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
