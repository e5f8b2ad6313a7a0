import Glibc
import JSONText

/// When a run was started, and how many results its log had then: the end of the log's first line, always of the same
/// length, so that the next start writes over it.
struct SweepLogStart {
    var seconds: Int
    var done: Int

    /// Number of its bytes.
    static let size = SweepLogStart(seconds: 0, done: 0).bytes.count

    /// Members of the first line.
    var bytes: [UInt8] {
        Array(",\"started_s\":\"\(Self.digits(seconds, 12))\",\"done_before\":\"\(Self.digits(done, 9))\"".utf8)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}

/// How fast runs that go on have been, from their logs alone.
public enum SweepSpeed {
    /// Results per second of the runs whose logs these are, together; nil where they do not tell.
    public static func pointsPerSecond(logs: [String]) -> Double? {
        var sum = 0.0
        for path in logs { sum += (try? speed(of: path)) ?? 0 }
        return sum > 0 ? sum : nil
    }

    /// From the start of the run to the last change of its log.
    private static func speed(of path: String) throws -> Double {
        var head: JSONValue?, results = 0
        try SweepLineReader(path).forEachLine { line, _ in
            if head == nil {
                head = try JSONDocument(bytes: Array(line)).value
            } else {
                results += 1
            }
        }
        var status = stat()
        guard let started = head?["started_s"]?.stringValue.flatMap({ Int($0) }),
            let before = head?["done_before"]?.stringValue.flatMap({ Int($0) }), stat(path, &status) == 0
        else { return 0 }
        let spent = Double(status.st_mtim.tv_sec - started) + Double(status.st_mtim.tv_nsec) / 1e9
        return spent > 0 ? Double(results - before) / spent : 0
    }
}
