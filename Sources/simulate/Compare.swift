import ArgumentParser
import JSONText
import Report
import Studies

/// `simulate compare`.
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Two results side by side: figures, what moved, and which settings differ.",
        discussion: """
            Without options every variant and workload that both results have is compared. Where both carry draws
            of the same seed (simulate run --draws 16), each figure gets the probability that B is better.
            The same file twice, with --variant and --other-variant, compares two variants of it.
            """)

    @Argument(help: "The first result, A, as simulate run -o writes it.")
    var first: String

    @Argument(help: "The second result, B.")
    var second: String

    @Option(help: "Compare only this variant.")
    var variant: String?

    @Option(help: "The variant of the second result, where it has another name.")
    var otherVariant: String?

    @Option(help: "Compare only this workload.")
    var workload: String?

    @Option(help: "The workload of the second result, where it has another name.")
    var otherWorkload: String?

    @Flag(help: "Print the comparison as JSON instead of the tables.")
    var json = false

    @Option(name: [.short, .long], help: "Write the comparison as JSON; - is standard output.")
    var output: String?

    func validate() throws {
        if otherVariant != nil, variant == nil { throw ValidationError("--other-variant needs --variant beside it") }
        if otherWorkload != nil, workload == nil {
            throw ValidationError("--other-workload needs --workload beside it")
        }
        if json, output == "-" {
            throw ValidationError("only one of --json and --output - can have standard output")
        }
    }

    func run() throws {
        let comparison = try compare()
        let text = JSONWriter.pretty.bytes(of: ComparisonDocument(comparison).value) + [UInt8(ascii: "\n")]
        if let output { try write(text, to: output) }
        if json { try write(text, to: "-") }
        if !json, output != "-" {
            print(ComparisonReport.text(comparison, names: (first, second)), terminator: "")
        }
    }

    private func compare() throws -> ResultComparison {
        do {
            return try ResultComparison(
                ComparedResult(contentsOf: first), ComparedResult(contentsOf: second),
                selection: ComparisonSelection(
                    variant: variant, otherVariant: otherVariant, workload: workload, otherWorkload: otherWorkload))
        } catch {
            throw Failure.input(error)
        }
    }
}
