import Glibc
import JSONText

/// A file that says that a process works on a shard, on a disk that several machines share.
///
/// It is made with `O_CREAT | O_EXCL`, which only one of them achieves, and its time of change is renewed while the
/// work goes on. One that has not been renewed for long was left by a process that died: the next one takes it over.
/// Two that work on one shard after all only waste time, since they write the same bytes.
public final class SweepLease {
    private let path: String
    private var renewed = ContinuousClock.now

    private init(path: String) { self.path = path }

    /// Takes the lease of a shard.
    /// - Parameters:
    ///   - shard: whose it is.
    ///   - folder: where leases lie.
    ///   - seconds: after so long without renewal a lease counts as left behind.
    /// - Returns: nil while another process holds it.
    /// - Throws: a folder that cannot be written.
    public static func take(
        _ shard: SweepShard, in folder: String, staleAfter seconds: Int
    ) throws(FileProblem) -> SweepLease? {
        let path = (folder.hasSuffix("/") ? folder : folder + "/") + shard.fileName + ".lease"
        for _ in 0..<2 {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                close(descriptor)
                return SweepLease(path: path)
            }
            guard errno == EEXIST else {
                throw FileProblem(
                    path: path, message: "cannot be written", remedy: "check the folder and the permissions")
            }
            guard isStale(path, seconds) else { return nil }
            // Of several that find it stale one renames it away; the others find the new one or none.
            let grave = path + ".\(getpid())"
            if rename(path, grave) == 0 { unlink(grave) }
        }
        return nil
    }

    private static func isStale(_ path: String, _ seconds: Int) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return true }
        return Glibc.time(nil) - status.st_mtim.tv_sec > seconds
    }

    /// Says that the work goes on; cheap enough to be said after every point.
    public func renew() {
        let now = ContinuousClock.now
        guard now - renewed > .seconds(1) else { return }
        renewed = now
        utimensat(AT_FDCWD, path, nil, 0)
    }

    /// Gives the shard back, done or not.
    public func release() { unlink(path) }
}
