import Glibc
import Testing

@testable import JSONText

struct FileProblemTests {
    @Test(arguments: [
        (EACCES, "f: cannot be read: permission denied; check the permissions"),
        (EISDIR, "f: cannot be read: it is a folder; name a file"),
        (ENOTDIR, "f: cannot be read: a part of the path is not a folder"),
        (EROFS, "f: cannot be read: the file system is read-only; write elsewhere"),
        (EIO, "f: cannot be read: system error 5"),
    ])
    func usesItsOwnWords(code: Int32, text: String) {
        #expect(FileProblem(path: "f", action: "cannot be read", errno: code).description == text)
    }
}
