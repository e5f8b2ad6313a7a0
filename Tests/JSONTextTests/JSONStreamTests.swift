import Testing

@testable import JSONText

/// Collects what a stream hands over, and how often.
private final class Collector {
    var bytes: [UInt8] = []
    var pieces: [Int] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func take(_ piece: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: piece)
        pieces.append(piece.count)
    }
}

struct JSONStreamTests {
    @Test func writesLines() throws {
        let collector = Collector()
        var stream = JSONStream { collector.take($0) }
        stream.object { record in
            record.member("request", 7)
            record.member("ttft_s", 0.25)
            record.member("nan", Double.nan)
            record.member("name", "a\"b")
            record.member("ok", true)
            record.array("stages") { stages in
                stages.value(1)
                stages.value("x")
                stages.object { _ in }
                stages.array { $0.value(2.0) }
            }
            record.member("tree", ["a": .null])
            record.object("empty") { _ in }
        }
        stream.array { _ in }
        stream.value(3)
        try stream.finish()
        #expect(
            collector.text == """
                {"request":7,"ttft_s":0.25,"nan":null,"name":"a\\"b","ok":true,"stages":[1,"x",{},[2.0]],"tree":{"a":null},"empty":{}}
                []
                3

                """)
    }

    /// Streaming a value piece by piece gives the text of the tree writer.
    @Test(arguments: 0..<100) func equalsTheTreeWriter(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let value = JSONValue.random(&generator)
        let collector = Collector()
        var stream = JSONStream(flushSize: 64) { collector.take($0) }
        Self.replay(value, &stream)
        try stream.finish()
        #expect(collector.text == JSONWriter.compact.text(of: value) + "\n")
    }

    private static func replay(_ value: JSONValue, _ stream: inout JSONStream) {
        switch value {
        case .array(let elements):
            stream.beginArray()
            for element in elements { replay(element, &stream) }
            stream.endArray()
        case .object(let members):
            stream.beginObject()
            for (key, member) in members {
                stream.key(key)
                replay(member, &stream)
            }
            stream.endObject()
        case .bool(let value): stream.value(value)
        case .integer(let value): stream.value(value)
        case .real(let value): stream.value(value)
        case .string(let value): stream.value(value)
        case .null: stream.value(.null)
        }
    }

    @Test func flushesInPieces() throws {
        let collector = Collector()
        var stream = JSONStream(flushSize: 100) { collector.take($0) }
        for index in 0..<50 { stream.object { $0.member("index", index) } }
        try stream.finish()
        #expect(collector.pieces.count == 7)
        #expect(collector.pieces.dropLast().allSatisfy { 100..<120 ~= $0 })
        #expect(collector.bytes.count == collector.pieces.reduce(0, +))
    }

    @Test func theFirstFailureIsKept() {
        var calls = 0
        var stream = JSONStream(flushSize: 1) { (_) throws(FileProblem) in
            calls += 1
            throw FileProblem(path: "f", message: "failure \(calls)")
        }
        stream.value(1)
        stream.value(2)
        var caught: FileProblem?
        do throws(FileProblem) { try stream.finish() } catch { caught = error }
        #expect(caught?.description == "f: failure 1")
        #expect(calls == 1)
    }

    @Test func writesIntoAFile() throws {
        try TemporaryFolder.with { folder in
            let file = try FileSink(folder.path("a.jsonl"))
            var stream = JSONStream(to: file)
            stream.object { $0.member("a", 1) }
            try stream.finish()
            try file.commit()
            #expect(try folder.text("a.jsonl") == "{\"a\":1}\n")
        }
    }
}
