import Glibc
import JSONText

/// The results of a run so far, appended as they come: what survives when the process is killed.
///
/// The first line says what the run is; a torn last line is cut off. ``finish(to:)`` writes the results in the
/// order of their points to the target, which appears at once, and removes the log.
public final class SweepLog {
    /// What the run is: a log of another one is not continued.
    public struct Header: Sendable, Equatable {
        /// A hash of everything that the points depend on.
        public var plan: String
        /// Points of the whole plan.
        public var points: Int
        /// Which part of the points is run.
        public var shard: SweepShard
        /// When a point is given up.
        public var limits: SweepLimits
        /// What is searched for, where not every point is run.
        public var search: String?

        public init(plan: SweepPlan, shard: SweepShard, limits: SweepLimits, search: String? = nil) {
            (self.plan, self.points, self.shard) = (plan.fingerprint, plan.count, shard)
            (self.limits, self.search) = (limits, search)
        }

        var line: [UInt8] {
            var members: JSONObject = [
                "sweep_log": 1, "plan": .string(plan), "points": .init(points), "shard": .string(shard.description),
            ]
            members["max_events"] = limits.maximumEvents.map { .init($0) }
            members["timeout_s"] = limits.timeoutSeconds.map { .real($0) }
            members["max_memory_bytes"] = limits.maximumMemoryBytes.map { .init($0) }
            members["search"] = search.map { .string($0) }
            return JSONWriter.compact.bytes(of: .object(members)) + [UInt8(ascii: "\n")]
        }
    }

    /// Name of the log beside a target.
    public static func path(of target: String) -> String { target + ".log" }

    private let path: String
    private let descriptor: Int32
    private var end = 0
    private var places: [Int: (offset: Int, length: Int)] = [:]

    /// Opens the log of a run, with the results that an earlier start left in it.
    /// - Throws: a ``FileProblem`` when it cannot be written, another process holds it, or it is of another run.
    public init(_ path: String, _ header: Header) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw FileProblem(path: path, message: "cannot be written", remedy: "check the folder and the permissions")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw FileProblem(
                path: path, message: "another run is writing it", remedy: "wait for it, or choose another output")
        }
        try resume(header)
    }

    deinit { close(descriptor) }

    /// Whether the point has a result.
    public func contains(_ index: Int) -> Bool { places[index] != nil }

    /// Number of results.
    public var count: Int { places.count }

    /// The result of a point as JSON; nil when it has none.
    public func result(of index: Int) throws -> JSONValue? {
        guard let place = places[index] else { return nil }
        return try JSONDocument(bytes: SweepLineReader(path).read(count: place.length, at: place.offset)).value
    }

    /// Adds a result.
    public func append(_ line: SweepLine) throws(FileProblem) {
        try write(line.bytes + [UInt8(ascii: "\n")])
        places[line.head.index] = (end - line.bytes.count - 1, line.bytes.count)
    }

    /// Writes the results to the target by the number of their points, and removes the log.
    public func finish(to target: FileSink) throws {
        let reader = try SweepLineReader(path)
        for index in places.keys.sorted() {
            guard let place = places[index] else { continue }
            try target.write(reader.read(count: place.length + 1, at: place.offset))
        }
        try target.commit()
        unlink(path)
    }

    private func resume(_ header: Header) throws {
        let wanted = header.line
        var isFirst = true, start: Int?
        end = try SweepLineReader(path).forEachLine { line, offset in
            if isFirst {
                isFirst = false
                if line.count == wanted.count - 1 + SweepLogStart.size, line.starts(with: wanted.dropLast(2)) {
                    start = wanted.count - 2
                } else if !line.elementsEqual(wanted.dropLast()) {
                    throw FileProblem(
                        path: path, message: "is the log of another sweep, shard or limit",
                        remedy: "remove it, or choose another output")
                }
            } else if let head = SweepLineHead(line: line) {
                places[head.index] = (offset, line.count)
            }
        }
        guard ftruncate(descriptor, off_t(end)) == 0 else {
            throw FileProblem(path: path, message: "cannot be written")
        }
        let now = SweepLogStart(seconds: Glibc.time(nil), done: places.count).bytes
        if isFirst {
            try write(wanted.dropLast(2) + now + wanted.suffix(2))
        } else if let start {
            _ = now.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(start)) }
        }
    }

    private func write(_ bytes: [UInt8]) throws(FileProblem) {
        var written = 0
        while written < bytes.count {
            let part = bytes.withUnsafeBytes { bytes in
                pwrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(end + written))
            }
            if part < 0, errno == EINTR { continue }
            guard part > 0 else {
                throw FileProblem(
                    path: path, message: "cannot be written", remedy: "free some space; the next start continues")
            }
            written += part
        }
        end += written
    }
}
