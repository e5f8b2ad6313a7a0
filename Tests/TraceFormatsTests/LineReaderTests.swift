import Glibc
import Testing

@testable import TraceFormats

@Suite struct LineReaderTests {
    private func lines(_ reader: consuming LineReader) throws -> [String] {
        var reader = reader
        var lines: [String] = []
        while try reader.next() {
            lines.append("\(reader.lineNumber):" + String(decoding: reader.buffer[reader.line], as: UTF8.self))
        }
        return lines
    }

    @Test(arguments: [
        ("", []), ("\n\n", []), ("a", ["1:a"]), ("a\n", ["1:a"]), ("a\r\nb", ["1:a", "2:b"]), ("\r\n  \nb\n", ["3:b"]),
        ("\u{FEFF}a,b\n\u{FEFF}c", ["1:a,b", "2:\u{FEFF}c"]), ("a\rb\n", ["1:a\rb"]),
    ] as [(String, [String])])
    func endsLines(text: String, expected: [String]) throws {
        #expect(try lines(LineReader(bytes: Array(text.utf8), name: "x")) == expected)
    }

    @Test func givesALineAgain() throws {
        var reader = LineReader(bytes: Array("a\nb".utf8), name: "x")
        #expect(try reader.next())
        reader.pushBack()
        #expect(try reader.next())
        #expect(reader.lineNumber == 1)
        #expect(try reader.next())
        #expect(reader.lineNumber == 2)
    }

    /// Lines longer than a piece, and pieces that end anywhere in a line, read like the bytes in memory.
    @Test func readsFilesInPieces() throws {
        let path = "/tmp/simulate-line-reader-\(getpid())"
        var bytes: [UInt8] = []
        for length in [10, 700_000, 0, 262_143, 262_144, 1, 300_000] {
            bytes += [UInt8](repeating: UInt8(ascii: "a") + UInt8(length % 23), count: length) + [0x0D, 0x0A]
        }
        bytes += Array("end".utf8)
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        defer { unlink(path) }
        let read = try lines(LineReader(path: path))
        #expect(read == (try lines(LineReader(bytes: bytes, name: path))))
        #expect(read.count == 7)
        #expect(read.last == "8:end")
    }

    @Test func namesAFileThatCannotBeRead() {
        #expect(throws: TraceProblem.self) { try lines(LineReader(path: "/nowhere/at/all")) }
        #expect(problemOfReading("/nowhere/at/all").contains("No such file or directory"))
        #expect(problemOfReading("/tmp").contains("Is a directory"))
    }

    private func problemOfReading(_ path: String) -> String {
        do throws(TraceProblem) {
            _ = try RequestTraceReader.read(path: path)
            return ""
        } catch {
            return error.description
        }
    }
}
