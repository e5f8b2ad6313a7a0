import Glibc
import JSONText

/// Reads a file of lines of any size piece by piece, and single lines of it again.
final class SweepLineReader {
    private let path: String
    private let descriptor: Int32

    /// - Throws: why the file cannot be read.
    init(_ path: String) throws(FileProblem) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileProblem(path: path, message: "cannot be read", remedy: "check the path and the permissions")
        }
    }

    deinit { close(descriptor) }

    /// Hands over each line that has its newline, without it, with its place in the file.
    /// - Returns: where the last whole line ends.
    @discardableResult
    func forEachLine(
        _ body: (ArraySlice<UInt8>, _ offset: Int) throws -> Void
    ) throws -> Int {
        var buffer: [UInt8] = [], offset = 0, searched = 0
        while true {
            let piece = try read(count: 1 << 18, at: offset + buffer.count)
            if piece.isEmpty { return offset }
            buffer += piece
            var start = 0
            while let end = buffer[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                try body(buffer[start..<end], offset + start)
                start = end + 1
            }
            buffer.removeFirst(start)
            offset += start
            searched = buffer.count
        }
    }

    /// Bytes at a place; fewer at the end of the file.
    func read(count: Int, at offset: Int) throws(FileProblem) -> [UInt8] {
        var got = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while got < count {
                let part = pread(descriptor, buffer.baseAddress.map { $0 + got }, count - got, off_t(offset + got))
                if part < 0, errno == EINTR { continue }
                if part <= 0 {
                    if part < 0 { got = -1 }
                    break
                }
                got += part
            }
            filled = max(0, got)
        }
        guard got >= 0 else { throw FileProblem(path: path, message: "cannot be read") }
        return bytes
    }
}
