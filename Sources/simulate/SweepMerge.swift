import ArgumentParser
import Glibc
import JSONText
import Report
import Studies

/// `simulate sweep merge`.
struct SweepMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Put the results of shards together, in the order of points.",
        discussion: "Refuses two different results for one point, and missing points unless --partial.")

    @Argument(help: "Files of results, or folders of them.")
    var inputs: [String]

    @Option(name: [.short, .long], help: "The JSON Lines to write; - is standard output.")
    var output: String

    @Flag(help: "Missing points are no error.")
    var partial = false

    @Option(help: ArgumentHelp("Write a table for spreadsheets too.", valueName: "file"))
    var csv: String?

    @Option(help: ArgumentHelp("Objectives of a Pareto front.", valueName: "metrics"))
    var pareto: String?

    func run() throws {
        let objectives = try sweepObjectives(pareto)
        let files = try sweepFiles(inputs, withLogs: false)
        let collection: SweepCollection
        do {
            collection = try SweepCollection(files)
        } catch {
            throw Failure.run(error)
        }
        let missing = collection.missing
        if !missing.isEmpty, !partial {
            let some = missing.prefix(10).map(String.init).joined(separator: ", ") + (missing.count > 10 ? ", …" : "")
            throw Failure(
                message: "\(missing.count) of \(collection.total ?? 0) points are missing (\(some)); "
                    + "run their shards again, or write --partial", status: 1)
        }
        do {
            let file = try FileSink(output)
            try collection.forEachLine { line, _ in try file.write(line + [UInt8(ascii: "\n")]) }
            try file.commit()
            if let csv { try writeTable(of: collection, to: csv) }
            if output != "-" { print(try sweepTable([output], objectives), terminator: "") }
        } catch {
            throw Failure.run(error)
        }
    }
}

/// Two passes, so that no more than a line is in memory at once.
private func writeTable(of collection: SweepCollection, to path: String) throws {
    var table = SweepCSV()
    try collection.forEachLine { line, _ in table.note(try JSONDocument(bytes: line).value) }
    let file = try FileSink(path)
    try file.write(table.header)
    try collection.forEachLine { line, _ in try file.write(table.row(try JSONDocument(bytes: line).value)) }
    try file.commit()
}

/// `simulate sweep status`.
struct SweepStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "How many points are done, failed and left, also while a run goes on.")

    @Argument(help: "Files of results, or folders of them; logs of runs that go on count.")
    var inputs: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        do {
            let files = try sweepFiles(inputs, withLogs: true)
            let collection = try SweepCollection(files)
            let left = collection.missing.count
            var members = JSONObject(SweepStatus.allCases.map { ($0.rawValue, .init(collection.count($0))) })
            members["left"] = collection.total == nil ? .null : .init(left)
            members["points"] = collection.total.map { .init($0) } ?? .null
            let logs = files.filter { $0.hasSuffix(".log") }
            let speed = left > 0 ? SweepSpeed.pointsPerSecond(logs: logs) : nil
            members["eta_s"] = speed.map { .real(Double(left) / $0) }
            if json {
                try write(JSONWriter.compact.bytes(of: .object(members)) + [UInt8(ascii: "\n")], to: "-")
            } else {
                let total = collection.total.map { "\($0) points: " } ?? "no point is done yet: "
                let counts = members.compactMap { key, value in
                    key == "points" ? nil : value.integerValue.map { "\($0) \(key)" }
                }
                let rest = speed.map { ", about \(duration(Int(Double(left) / $0))) left" } ?? ""
                print(total + counts.joined(separator: ", ") + rest)
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.run(error)
        }
    }
}

/// The files of results that arguments name: a folder stands for its `.jsonl` files, in order of their names.
func sweepFiles(_ inputs: [String], withLogs: Bool) throws -> [String] {
    var files: [String] = []
    for input in inputs {
        guard let folder = opendir(input) else {
            let log = SweepLog.path(of: input)
            let isThere = access(input, F_OK) == 0
            if isThere || !withLogs || access(log, F_OK) != 0 { files.append(input) }
            if withLogs, access(log, F_OK) == 0 { files.append(log) }
            continue
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".jsonl") || (withLogs && name.hasSuffix(".jsonl.log")) { names.append(name) }
        }
        let prefix = input.hasSuffix("/") ? input : input + "/"
        files += names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { prefix + $0 }
    }
    guard !files.isEmpty else {
        throw Failure(message: "\(inputs.joined(separator: ", ")): no .jsonl file there", status: 2)
    }
    return files
}

/// Objectives as the command line lists them.
func sweepObjectives(_ text: String?) throws -> [SweepObjective] {
    do {
        return try (text ?? "").split(separator: ",").map { part throws(JSONProblem) in
            try SweepObjective(parsing: String(part))
        }
    } catch {
        throw Failure(message: "--pareto \(error)", status: 2)
    }
}

/// The table of the best points of result files.
func sweepTable(_ files: [String], _ objectives: [SweepObjective]) throws -> String {
    var table = SweepTable(objectives: objectives)
    try SweepCollection(files).forEachLine { try table.add($0, $1) }
    return table.text
}
