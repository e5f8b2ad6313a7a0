import Testing

@testable import JSONText

struct FileTextTests {
    @Test(arguments: [0, 1, 65535, 65536, 65537, 200_000]) func readsWholeFiles(size: Int) throws {
        try TemporaryFolder.with { folder in
            var generator = SeededGenerator(seed: size)
            let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let sink = try FileSink(folder.path("a"))
            try sink.write(bytes)
            try sink.commit()
            #expect(try FileText.read(folder.path("a")) == bytes)
        }
    }

    @Test func readsFilesWithoutSize() throws {
        #expect(try !FileText.read("/proc/self/status").isEmpty)
    }

    @Test func saysWhyNot() {
        #expect(throws: FileProblem.self) { try FileText.read("/nowhere") }
        #expect(throws: FileProblem.self) { try FileText.read("/tmp") }
    }
}
