/// Reads a trace of requests in any of the formats of ``RequestTraceFormat``.
///
/// Files are read in pieces of 256 KiB; besides one piece only the resulting arrays are held.
public enum RequestTraceReader {
    /// Reads the file at `path`; `-` is not special.
    ///
    /// Throws the first problem in the order of the file: a line that is cut, a value of a wrong kind, a length that is
    /// not positive, a missing column, or a file that is missing, empty or of no known format.
    public static func read(
        path: String, format: RequestTraceFormat = .auto, options: TraceReadOptions = TraceReadOptions()
    ) throws(TraceProblem) -> RequestTrace {
        try read(try LineReader(path: path), format: format, options: options)
    }

    /// Reads a trace that is in memory; `name` stands for the file in problems.
    public static func read(
        bytes: [UInt8], name: String = "trace", format: RequestTraceFormat = .auto,
        options: TraceReadOptions = TraceReadOptions()
    ) throws(TraceProblem) -> RequestTrace {
        try read(LineReader(bytes: bytes, name: name), format: format, options: options)
    }

    /// The format of the file at `path`, judged by its first line.
    public static func format(ofFileAt path: String) throws(TraceProblem) -> RequestTraceFormat {
        var lines = try LineReader(path: path)
        return try FormatDetection.format(of: &lines)
    }

    private static func read(
        _ source: consuming LineReader, format: RequestTraceFormat, options: TraceReadOptions
    ) throws(TraceProblem) -> RequestTrace {
        var lines = source
        try check(options, file: lines.name)
        var format = format
        if format == .auto { format = try FormatDetection.format(of: &lines) }
        guard let reader = format.reader else { preconditionFailure("detection names a format") }
        var rows = RequestRows(file: lines.name, fields: reader.fields)
        try reader.read(&lines, into: &rows)
        return try rows.trace(options)
    }

    private static func check(_ options: TraceReadOptions, file: String) throws(TraceProblem) {
        func refuse(_ field: String, _ found: String, _ remedy: String) -> TraceProblem {
            TraceProblem(file: file, field: field, found: found, remedy: remedy)
        }
        guard options.speed.isFinite, options.speed > 0 else {
            throw refuse("speed", "\(options.speed)", "give a positive number, e.g. 2 for twice the rate")
        }
        if let maximum = options.maximumRequests, maximum < 1 {
            throw refuse("maximum requests", "\(maximum)", "give at least 1, or leave it out to read all")
        }
        if let window = options.windowNanoseconds, window.isEmpty || window.lowerBound < 0 {
            throw refuse("window", "an empty or negative time", "give a start of at least 0 and a later end")
        }
    }
}
