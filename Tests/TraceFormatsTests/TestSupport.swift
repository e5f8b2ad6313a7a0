import EventEngine
import Glibc

@testable import TraceFormats

/// Reads a trace that a test writes out in full.
func read(
    _ text: String, _ format: RequestTraceFormat = .auto, _ options: TraceReadOptions = TraceReadOptions()
) throws(TraceProblem) -> RequestTrace {
    try RequestTraceReader.read(bytes: Array(text.utf8), name: "trace", format: format, options: options)
}

/// The problem that reading the text gives, as it would be printed; nil where it is read without one.
func problem(
    _ text: String, _ format: RequestTraceFormat = .auto, _ options: TraceReadOptions = TraceReadOptions()
) -> String? {
    do throws(TraceProblem) {
        _ = try read(text, format, options)
        return nil
    } catch {
        return error.description
    }
}

/// A text that must be refused, and the problem as it is printed.
struct WrongText: Sendable, CustomStringConvertible {
    var text: String
    var expected: String
    var description: String { expected }

    init(_ text: String, _ expected: String) {
        self.text = text
        self.expected = expected
    }
}

/// What a writer makes of a trace.
func text(
    _ trace: RequestTrace, _ write: (RequestTrace, ([UInt8]) -> Void) -> Void = {
        RequestTraceWriter.writeSimulate($0, to: $1)
    }
) -> String {
    var bytes: [UInt8] = []
    write(trace) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
}

/// A small generated trace that differs from seed to seed in which features it has.
func randomTrace(seed: UInt64) throws -> RequestTrace {
    var choice = RandomStream(seed: seed, name: "test.shape")
    var configuration = GeneratorConfiguration(
        requests: 1 + choice.uniform(below: 200), arrivals: .poisson(requestsPerSecond: 5),
        lengths: .independent(
            input: .uniform(minimum: 1, maximum: 3000), output: .uniform(minimum: 0, maximum: 400)))
    if choice.bernoulli(0.5) { configuration.tickNanoseconds = 1_500_000_000 }
    if choice.bernoulli(0.7) { configuration.blockTokens = [16, 100, 512][choice.uniform(below: 3)] }
    if choice.bernoulli(0.5) { configuration.systemPromptTokens = choice.uniform(below: 1200) }
    if choice.bernoulli(0.5) {
        configuration.documents = SharedDocuments(
            count: 3, tokens: .uniform(minimum: 1, maximum: 2000), share: 0.5, zipfExponent: 1)
    }
    if choice.bernoulli(0.6) {
        var sessions = SessionModel(
            turns: .uniform(minimum: 1, maximum: 6), thinkMilliseconds: .uniform(minimum: 0, maximum: 4000),
            newTokens: .uniform(minimum: 0, maximum: 300))
        sessions.rewriteShare = 0.3
        configuration.sessions = sessions
    }
    if choice.bernoulli(0.3) { configuration.maximumInputTokens = 2500 }
    return try RequestGenerator.generate(configuration, seed: seed)
}

/// Files outside the package.
enum Files {
    /// The root of the package, found from this file.
    static let root = #filePath.split(
        separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    /// A file of the real data: in `$SIMULATE_DATA`, else in `../shared/data` beside the package or the working
    /// directory. Nil where there is none, as on the machine of someone who has not fetched it; tests that need it
    /// are then skipped.
    static func data(_ path: String) -> String? {
        var folders = [root + "/../shared/data", "../shared/data"]
        if let named = getenv("SIMULATE_DATA") { folders.insert(String(cString: named), at: 0) }
        return folders.map { "\($0)/\(path)" }.first { access($0, R_OK) == 0 }
    }

    /// The bytes of a file; nil where it cannot be read.
    static func bytes(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }
}
