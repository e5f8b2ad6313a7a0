import Glibc

/// Why a file cannot be read or written.
public struct FileProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as it was named.
    public var path: String
    /// What failed.
    public var message: String
    /// What to do, where that is known.
    public var remedy: String?

    /// A problem with a file.
    public init(path: String, message: String, remedy: String? = nil) {
        self.path = path
        self.message = message
        self.remedy = remedy
    }

    /// `path: message; remedy`.
    public var description: String {
        let text = "\(path): \(message)"
        return remedy.map { "\(text); \($0)" } ?? text
    }

    /// The problem that `errno` tells of, after `action` (such as "cannot be read") failed.
    ///
    /// The wording is our own, since that of the C library depends on locale and version.
    init(path: String, action: String, errno code: Int32) {
        let (reason, remedy): (String, String?) =
            switch code {
            case ENOENT: ("no such file or folder", "check the path; it is relative to where it is named")
            case EACCES, EPERM: ("permission denied", "check the permissions")
            case EISDIR: ("it is a folder", "name a file")
            case ENOTDIR: ("a part of the path is not a folder", nil)
            case ENOSPC, EDQUOT: ("no space left", "free some space or write elsewhere")
            case EROFS: ("the file system is read-only", "write elsewhere")
            case EPIPE: ("the reader has gone", nil)
            case EMFILE, ENFILE: ("too many open files", nil)
            default: ("system error \(code)", nil)
            }
        self.init(path: path, message: "\(action): \(reason)", remedy: remedy)
    }
}
