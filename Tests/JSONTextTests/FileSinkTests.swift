import Glibc
import Testing

@testable import JSONText

struct FileSinkTests {
    @Test func theTargetAppearsOnCommit() throws {
        try TemporaryFolder.with { folder in
            let sink = try FileSink(folder.path("a"))
            try sink.write(Array("half".utf8))
            #expect(folder.names.count == 1)
            #expect(folder.names != ["a"])
            try sink.write(Array(" whole".utf8))
            try sink.commit()
            #expect(folder.names == ["a"])
            #expect(try folder.text("a") == "half whole")
            sink.discard()
            #expect(folder.names == ["a"])
        }
    }

    @Test func nothingIsLeftOfADiscardedFile() throws {
        try TemporaryFolder.with { folder in
            try folder.write("a", "old")
            let sink = try FileSink(folder.path("a"))
            try sink.write(Array("new".utf8))
            sink.discard()
            #expect(folder.names == ["a"])
            #expect(try folder.text("a") == "old")
        }
    }

    @Test func nothingIsLeftOfAForgottenFile() throws {
        try TemporaryFolder.with { folder in
            do {
                let sink = try FileSink(folder.path("a"))
                try sink.write(Array("new".utf8))
            }
            #expect(folder.names == [])
        }
    }

    @Test func replacingKeepsPermissionsAndLinks() throws {
        try TemporaryFolder.with { folder in
            try folder.write("real", "old")
            chmod(folder.path("real"), 0o640)
            symlink("real", folder.path("link"))
            try folder.write("link", "new")
            #expect(try folder.text("real") == "new")
            #expect(folder.names == ["link", "real"])
            var status = stat()
            #expect(lstat(folder.path("link"), &status) == 0)
            #expect(status.st_mode & S_IFMT == S_IFLNK)
            #expect(stat(folder.path("real"), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o640)
        }
    }

    @Test func twoWritersDoNotMeet() throws {
        try TemporaryFolder.with { folder in
            let first = try FileSink(folder.path("a"))
            let second = try FileSink(folder.path("a"))
            try first.write(Array("first".utf8))
            try second.write(Array("second".utf8))
            try second.commit()
            try first.commit()
            #expect(try folder.text("a") == "first")
            #expect(folder.names == ["a"])
        }
    }

    @Test func specialFilesAreWrittenDirectly() throws {
        let sink = try FileSink("/dev/null")
        try sink.write([1, 2, 3])
        try sink.commit()
        var status = stat()
        #expect(stat("/dev/null", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func aFullDiskIsAProblem() throws {
        let sink = try FileSink("/dev/full")
        #expect {
            try sink.write([1])
        } throws: {
            "\($0)" == "/dev/full: cannot be written: no space left; free some space or write elsewhere"
        }
    }

    @Test func missingFoldersAreProblems() {
        #expect {
            try FileSink("/nowhere/a")
        } throws: {
            "\($0)".hasPrefix("/nowhere/a: cannot be written: no such file or folder")
        }
        #expect {
            try FileSink("/tmp")
        } throws: {
            "\($0)" == "/tmp: cannot be written: it is a folder; name a file"
        }
    }
}
