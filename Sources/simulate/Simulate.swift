import ArgumentParser
import Glibc
import JSONText

/// The command line. Exit status: 0 done, 1 the run failed, 2 the input is wrong.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "What a heterogeneous AI cluster would do: a deterministic, trace-driven simulation.",
        discussion: """
            simulate scenario.json            runs it and prints variants side by side with the reasons
            simulate run scenario.json -o result.json --set workloads.chat.traffic.speed=2
            simulate check scenario.json      all problems at once, each with file:line:column and path
            simulate trace inspect trace.jsonl
            """,
        version: "simulate " + engineVersion,
        subcommands: [
            Run.self, Sample.self, Sweep.self, SearchCommand.self, Check.self, Compare.self, Validate.self,
            Calibrate.self, Trace.self, Device.self, Model.self, Schema.self,
        ],
        defaultSubcommand: Run.self)

    static func main() {
        do {
            try refuseUnknownCommand(CommandLine.arguments.dropFirst().first)
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            printToStandardError(failure.message)
            Glibc.exit(failure.status)
        } catch {
            let code = exitCode(for: error)
            if code == .success {
                print(fullMessage(for: error))
                Glibc.exit(0)
            }
            printToStandardError(fullMessage(for: error))
            Glibc.exit(2)
        }
    }
}

/// A scenario needs no command before it, so a misspelt command would be taken for one.
private func refuseUnknownCommand(_ word: String?) throws {
    let names = Simulate.configuration.subcommands.map { $0._commandName } + ["help"]
    guard let word, !word.isEmpty, word.allSatisfy(\.isLetter), !names.contains(word), access(word, F_OK) != 0
    else { return }
    let near = Spelling.nearest(to: word, among: names).map { "did you mean \($0)?" }
    throw Failure(
        message: "there is no command and no file \(word); "
            + (near ?? "commands are \(names.joined(separator: ", "))"),
        status: 2)
}

/// A failure whose message is complete.
struct Failure: Error {
    var message: String
    var status: Int32

    /// The input is wrong.
    static func input(_ error: any Error) -> Failure { Failure(message: "\(error)", status: 2) }
    /// The run failed.
    static func run(_ error: any Error) -> Failure { Failure(message: "\(error)", status: 1) }
}

func printToStandardError(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
