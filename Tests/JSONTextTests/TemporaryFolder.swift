import Glibc

@testable import JSONText

/// A folder for one test, removed after it with its files.
struct TemporaryFolder {
    let root: String

    static func with(_ body: (TemporaryFolder) throws -> Void) throws {
        var template = Array("/tmp/jsontext-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FileProblem(path: "/tmp", action: "no folder", errno: errno)
        }
        let root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let folder = TemporaryFolder(root: root)
        defer {
            for name in folder.names { unlink(folder.path(name)) }
            rmdir(root)
        }
        try body(folder)
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func write(_ name: String, _ text: String) throws {
        let sink = try FileSink(path(name))
        try sink.write(Array(text.utf8))
        try sink.commit()
    }

    func text(_ name: String) throws -> String {
        String(decoding: try FileText.read(path(name)), as: UTF8.self)
    }

    /// The names of the files inside, sorted.
    var names: [String] {
        guard let directory = opendir(root) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
