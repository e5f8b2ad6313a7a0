import JSONText

/// Finds the format of a trace by its first line.
enum FormatDetection {
    /// The format whose signature the first line has; the line is left to be read again.
    static func format(of lines: inout LineReader) throws(TraceProblem) -> RequestTraceFormat {
        guard try lines.next() else { throw lines.emptyFile() }
        defer { lines.pushBack() }
        let names = try firstNames(lines)
        var best: (format: RequestTraceFormat, names: Int)?
        for format in RequestTraceFormat.allCases {
            // One signature may contain another; the longer one tells more.
            guard let signature = format.reader?.signature, signature.count > best?.names ?? 0 else { continue }
            if signature.allSatisfy(names.contains) { best = (format, signature.count) }
        }
        guard let best else { throw unknown(names, lines) }
        return best.format
    }

    /// Keys of a first JSON object, or names of a CSV header.
    private static func firstNames(_ lines: borrowing LineReader) throws(TraceProblem) -> [String] {
        guard lines.buffer[lines.line.lowerBound] == UInt8(ascii: "{") else {
            return try CSVHeader.names(lines)
        }
        var names: [String] = []
        var scanner = JSONLineScanner(lines.buffer, in: lines.line)
        let keys = JSONLineKeys(required: [])
        do throws(JSONLineProblem) {
            try scanner.beginObject()
            while try scanner.nextKey(keys) != nil {
                if let name = scanner.currentKey { names.append(name) }
                try scanner.skipValue()
            }
            try scanner.endLine()
        } catch {
            throw lines.problem(error)
        }
        return names
    }

    private static func unknown(_ names: [String], _ lines: borrowing LineReader) -> TraceProblem {
        if names.first?.hasPrefix("version https://git-lfs") == true {
            return TraceProblem(
                file: lines.name, line: 1, found: "a Git LFS pointer instead of the trace",
                remedy: "fetch the file itself, e.g. with git lfs pull")
        }
        let known = RequestTraceFormat.allCases.compactMap { format in
            format.reader.map { "\(format.rawValue) (\($0.signature.joined(separator: ", ")))" }
        }
        return TraceProblem(
            file: lines.name, line: lines.lineNumber,
            found: "names of no known format: \(names.prefix(12).joined(separator: ", "))",
            remedy: "use a file of one of the formats \(known.joined(separator: "; "))")
    }
}
