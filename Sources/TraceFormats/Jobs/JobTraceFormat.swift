import JSONText

/// The formats of job traces that can be read. The raw value is the name in scenarios and on the command line.
public enum JobTraceFormat: String, Sendable, CaseIterable {
    /// Whichever of the others the first line is of.
    case auto
    /// The project's own JSON Lines; see ``SimulateJobFormat`` for its definition.
    case simulateJobs = "simulate-jobs"
    /// Microsoft's Philly trace as the AdaptDL repository has it: timestamp, duration, num_gpus, cluster.
    case philly
    /// Helios and its simulator's input: job_id, vc, gpu_num, submit_time, duration.
    case helios
    /// Tiresias' simulator: job_id, num_gpu, submit_time, duration.
    case tiresias
    /// The Standard Workload Format of the Parallel Workloads Archive, version 2.2: 18 numbers a line.
    case swf

    var reader: (any JobFormatReader.Type)? {
        switch self {
        case .auto: nil
        case .simulateJobs: SimulateJobFormat.self
        case .philly: PhillyFormat.self
        case .helios: HeliosFormat.self
        case .tiresias: TiresiasFormat.self
        case .swf: StandardWorkloadFormat.self
        }
    }
}

/// One format: how its first line looks, and how its lines become rows.
protocol JobFormatReader {
    /// Whether a first line is of this format; the line is the reader's current one.
    static func recognises(_ lines: borrowing LineReader) -> Bool
    /// What the first line of such a file has, for messages.
    static var signature: String { get }
    /// Appends all rows of the file.
    static func read(_ lines: inout LineReader, into rows: inout JobRows) throws(TraceProblem)
}

/// A format of comma-separated values, known by the names of its columns.
protocol JobTableFormat: JobFormatReader {
    /// Columns that such a file has, among others.
    static var columns: [String] { get }
}

extension JobTableFormat {
    static var signature: String { columns.joined(separator: ", ") }

    static func recognises(_ lines: borrowing LineReader) -> Bool {
        guard lines.buffer[lines.line.lowerBound] != UInt8(ascii: "{"), let names = try? CSVHeader.names(lines) else {
            return false
        }
        return columns.allSatisfy(names.contains)
    }
}

/// Reads a trace of jobs in any of the formats of ``JobTraceFormat``.
public enum JobTraceReader {
    /// Reads the file at `path`.
    ///
    /// Throws the first problem in the order of the file: a line that is cut, a value of a wrong kind or sign, a
    /// missing column, or a file that is missing, empty or of no known format.
    /// - Parameter maximumJobs: keep only the first so many by submission; nil keeps all.
    public static func read(
        path: String, format: JobTraceFormat = .auto, maximumJobs: Int? = nil
    ) throws(TraceProblem) -> JobTrace {
        try read(try LineReader(path: path), format: format, maximumJobs: maximumJobs)
    }

    /// Reads a trace that is in memory; `name` stands for the file in problems.
    public static func read(
        bytes: [UInt8], name: String = "trace", format: JobTraceFormat = .auto, maximumJobs: Int? = nil
    ) throws(TraceProblem) -> JobTrace {
        try read(LineReader(bytes: bytes, name: name), format: format, maximumJobs: maximumJobs)
    }

    /// The format of the file at `path`, judged by its first line; nil when it is no job trace.
    public static func format(ofFileAt path: String) throws(TraceProblem) -> JobTraceFormat? {
        var lines = try LineReader(path: path)
        guard try lines.next() else { throw lines.emptyFile() }
        return format(of: lines)
    }

    private static func format(of lines: borrowing LineReader) -> JobTraceFormat? {
        JobTraceFormat.allCases.first { $0.reader?.recognises(lines) ?? false }
    }

    private static func read(
        _ source: consuming LineReader, format: JobTraceFormat, maximumJobs: Int?
    ) throws(TraceProblem) -> JobTrace {
        var lines = source
        guard try lines.next() else {
            throw TraceProblem(
                file: lines.name, found: "holds no jobs", remedy: "use a file with at least one job")
        }
        guard let reader = (format == .auto ? Self.format(of: lines) : format)?.reader else {
            let known = JobTraceFormat.allCases.compactMap { format in
                format.reader.map { "\(format.rawValue) (\($0.signature))" }
            }
            throw TraceProblem(
                file: lines.name, line: lines.lineNumber, found: "the first line is of no known format of jobs",
                remedy: "use a file of one of the formats \(known.joined(separator: "; "))")
        }
        lines.pushBack()
        var rows = JobRows()
        try reader.read(&lines, into: &rows)
        return try rows.trace(file: lines.name, maximumJobs: maximumJobs)
    }
}
