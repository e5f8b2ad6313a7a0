import Glibc

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file beside the target, which ``commit()`` renames over the target and
/// ``discard()`` or the end of the sink's life removes. So a reader never sees half a file, and a
/// failed run leaves an older result alone. `-` is standard output; standard output, and targets that
/// are no regular files (a pipe, `/dev/null`), are written directly. A process that is killed may
/// leave the temporary file, `<name>.partial-<process>-<number>`, never a half-written target.
///
/// Not for use from several threads at once.
public final class FileSink {
    private let path: String
    /// Where the result goes in the end; nil when it is written directly.
    private var target: String?
    private var temporary: String?
    private var descriptor: Int32

    /// Opens a target for writing.
    /// - Throws: a ``FileProblem`` when its folder is absent or cannot be written to.
    public init(_ path: String) throws(FileProblem) {
        self.path = path
        if path == "-" {
            descriptor = STDOUT_FILENO
            return
        }
        var status = stat()
        let exists = stat(path, &status) == 0
        let kind = status.st_mode & S_IFMT
        if exists, kind == S_IFDIR {
            throw FileProblem(path: path, action: "cannot be written", errno: EISDIR)
        }
        if exists, kind != S_IFREG {
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw FileProblem(path: path, action: "cannot be written", errno: errno)
            }
            return
        }
        // A link stays a link: what it names is replaced.
        let resolved = exists ? Self.resolved(path) : path
        let opened = try Self.openBeside(resolved, shownAs: path, mode: exists ? status.st_mode & 0o777 : nil)
        (target, temporary, descriptor) = (resolved, opened.name, opened.descriptor)
    }

    deinit { discard() }

    /// Writes bytes at the end.
    /// - Throws: a ``FileProblem``, such as a full disk.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileProblem) {
        precondition(descriptor >= 0, "the sink has been committed or discarded")
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem() }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes bytes at the end.
    /// - Throws: a ``FileProblem``, such as a full disk.
    public func write(_ bytes: [UInt8]) throws(FileProblem) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(FileProblem) in
            try write(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Closes the file and puts it in place of the target.
    /// - Throws: a ``FileProblem``; the temporary file is then removed and the target is as before.
    public func commit() throws(FileProblem) {
        defer { discard() }
        guard descriptor >= 0, descriptor != STDOUT_FILENO else { return }
        // Some file systems tell only here that the disk was full.
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw problem() }
        guard let target, let name = temporary else { return }
        guard rename(name, target) == 0 else { throw problem() }
        temporary = nil
    }

    /// Closes the file and removes what was written. Does nothing after a commit.
    public func discard() {
        if descriptor >= 0, descriptor != STDOUT_FILENO { close(descriptor) }
        descriptor = -1
        if let temporary { unlink(temporary) }
        temporary = nil
    }

    private func problem() -> FileProblem {
        FileProblem(path: path, action: "cannot be written", errno: errno)
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func openBeside(
        _ target: String, shownAs path: String, mode: mode_t?
    ) throws(FileProblem) -> (name: String, descriptor: Int32) {
        for attempt in 0..<10_000 {
            let name = "\(target).partial-\(getpid())-\(attempt)"
            let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                if let mode { fchmod(descriptor, mode) }
                return (name, descriptor)
            }
            guard errno == EEXIST else { break }
        }
        throw FileProblem(path: path, action: "cannot be written", errno: errno)
    }
}
