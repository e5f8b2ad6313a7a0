import Glibc

/// Whole files as bytes.
public enum FileText {
    /// Reads a whole file.
    /// - Throws: a ``FileProblem`` when it is absent, not readable, or not a file.
    public static func read(_ path: String) throws(FileProblem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_size > 0 { bytes.reserveCapacity(Int(status.st_size)) }
        // The size is only a hint: pipes have none and a file may grow while it is read.
        while true {
            let count = try append(from: descriptor, to: &bytes, path)
            if count == 0 { return bytes }
        }
    }

    private static func append(
        from descriptor: Int32, to bytes: inout [UInt8], _ path: String
    ) throws(FileProblem) -> Int {
        let chunk = 1 << 16
        var count = 0
        let part = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, filled in
            repeat {
                count = Glibc.read(descriptor, buffer.baseAddress, chunk)
            } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw problem(path) }
        bytes += part
        return count
    }

    private static func problem(_ path: String) -> FileProblem {
        FileProblem(path: path, action: "cannot be read", errno: errno)
    }
}
