import Glibc
import JSONText

/// Hands out the lines of a file, or of bytes in memory, one after the other, without their terminators.
///
/// A line ends with LF, CR LF or the end of the file. Lines of white space alone are passed over, as is a byte order
/// mark at the start. A line must fit into memory; otherwise memory is constant.
struct LineReader: ~Copyable {
    private static let chunk = 1 << 18

    /// The file as the caller named it.
    let name: String
    /// Holds the current line at `line`.
    private(set) var buffer: [UInt8]
    /// Where the current line is in `buffer`.
    private(set) var line = 0..<0
    /// Number of the current line, from 1.
    private(set) var lineNumber = 0
    private let descriptor: Int32
    private var scanned = 0
    private var filled: Int
    private var isAtEnd: Bool
    private var isPushedBack = false

    /// Opens the file; a file that cannot be opened is a problem that says why.
    init(path: String) throws(TraceProblem) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TraceProblem(
                file: path, found: "cannot be opened: \(String(cString: strerror(errno)))",
                remedy: "check the path, which is relative to the scenario's file, and its permissions")
        }
        self.descriptor = descriptor
        name = path
        buffer = [UInt8](repeating: 0, count: Self.chunk)
        filled = 0
        isAtEnd = false
    }

    init(bytes: [UInt8], name: String) {
        self.name = name
        descriptor = -1
        buffer = bytes
        filled = bytes.count
        isAtEnd = true
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Moves to the next line; false at the end of the file.
    mutating func next() throws(TraceProblem) -> Bool {
        if isPushedBack {
            isPushedBack = false
            return true
        }
        while let terminator = try findTerminator() {
            var range = scanned..<terminator
            scanned = min(terminator + 1, filled)
            lineNumber += 1
            if lineNumber == 1, buffer[range].starts(with: [0xEF, 0xBB, 0xBF]) {
                range = range.lowerBound + 3..<range.upperBound
            }
            if let last = range.last, buffer[last] == 0x0D { range = range.lowerBound..<last }
            if isBlank(range) { continue }
            line = range
            return true
        }
        return false
    }

    /// Makes the next call of `next` give the current line again.
    mutating func pushBack() {
        isPushedBack = true
    }

    /// Where the line that starts at `scanned` ends; nil when nothing is left.
    private mutating func findTerminator() throws(TraceProblem) -> Int? {
        var from = scanned
        while true {
            if let found = firstNewline(from..<filled) { return found }
            if isAtEnd { return scanned < filled ? filled : nil }
            from = filled - scanned
            try refill()
        }
    }

    private func firstNewline(_ range: Range<Int>) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, !range.isEmpty,
                let found = memchr(base + range.lowerBound, 0x0A, range.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Moves what is unread to the front and reads the next piece behind it.
    private mutating func refill() throws(TraceProblem) {
        let rest = filled - scanned
        if scanned > 0 {
            let (from, count) = (scanned, rest)
            buffer.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                memmove(base, base + from, count)
            }
        }
        if buffer.count < rest + Self.chunk {
            buffer.append(contentsOf: repeatElement(0, count: max(buffer.count, Self.chunk)))
        }
        let (descriptor, capacity) = (descriptor, buffer.count - rest)
        let got = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { read(descriptor, $0 + rest, capacity) } ?? 0
        }
        guard got >= 0 else {
            throw TraceProblem(
                file: name, found: "cannot be read: \(String(cString: strerror(errno)))",
                remedy: "name a file, not a folder, on a readable disk")
        }
        scanned = 0
        filled = rest + got
        isAtEnd = got == 0
    }

    private func isBlank(_ range: Range<Int>) -> Bool {
        for index in range where buffer[index] != 0x20 && buffer[index] != 0x09 { return false }
        return true
    }
}

extension LineReader {
    /// A problem of the current line.
    func problem(field: String? = nil, column: Int? = nil, found: String, remedy: String) -> TraceProblem {
        TraceProblem(file: name, line: lineNumber, column: column, field: field, found: found, remedy: remedy)
    }

    /// A problem of the scanner at the current line; `offset` is where the scanned text starts in the line.
    func problem(_ problem: JSONLineProblem, field: String? = nil, offset: Int = 0) -> TraceProblem {
        self.problem(
            field: field ?? problem.key, column: offset + problem.column, found: "found \(problem.found)",
            remedy: "expected \(problem.expected)")
    }

    func emptyFile() -> TraceProblem {
        TraceProblem(file: name, found: "holds no requests", remedy: "use a file with at least one request")
    }
}
