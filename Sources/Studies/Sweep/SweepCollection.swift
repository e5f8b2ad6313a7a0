import JSONText

/// Results of a sweep from several files: shards, or logs of runs that go on.
public struct SweepCollection {
    /// Where the kept result of a point stands.
    private struct Place {
        var file: Int
        var offset: Int
        var length: Int
        var head: SweepLineHead
    }

    private var files: [SweepLineReader] = []
    private let paths: [String]
    private var places: [Int: Place] = [:]
    /// Number of points of the sweep; nil when no file has a result.
    public private(set) var total: Int?

    /// Reads the heads of all lines.
    ///
    /// Two lines of one point must be the same, byte for byte; only what a clock stopped gives way to anything else.
    /// - Throws: files that cannot be read, lines that are no results, and results that contradict each other.
    public init(_ paths: [String]) throws {
        self.paths = paths
        for (file, path) in paths.enumerated() {
            files.append(try SweepLineReader(path))
            let isLog = path.hasSuffix(".log")
            var number = 0
            let end = try files[file].forEachLine { line, offset in
                number += 1
                if isLog, number == 1 { return }
                guard let head = SweepLineHead(line: line) else {
                    throw SweepCollectionProblem(message: "\(path):\(number): is no result of a sweep")
                }
                try add(Place(file: file, offset: offset, length: line.count, head: head))
            }
            if !isLog, try !files[file].read(count: 1, at: end).isEmpty {
                throw SweepCollectionProblem(message: "\(path): the last line has no end; run that shard again")
            }
        }
    }

    private mutating func add(_ new: Place) throws {
        let head = new.head
        if let total, total != head.total {
            throw SweepCollectionProblem(
                message: "\(paths[new.file]): a sweep of \(head.total) points beside one of \(total)")
        }
        total = head.total
        guard let old = places[head.index] else {
            places[head.index] = new
            return
        }
        guard old.head.identifier == head.identifier else {
            throw SweepCollectionProblem(message: "point \(head.index) is \(old.head.identifier) in "
                + "\(paths[old.file]) and \(head.identifier) in \(paths[new.file]): they are of different sweeps")
        }
        if head.status.isOfMachine { return }
        guard !old.head.status.isOfMachine else {
            places[head.index] = new
            return
        }
        guard try bytes(old) == bytes(new) else {
            throw SweepCollectionProblem(message: "point \(head.index) (\(head.identifier)) has two different results, "
                + "in \(paths[old.file]) and \(paths[new.file]): made by different programs, traces or limits")
        }
    }

    private func bytes(_ place: Place) throws(FileProblem) -> [UInt8] {
        try files[place.file].read(count: place.length, at: place.offset)
    }

    /// How many points ended how.
    public func count(_ status: SweepStatus) -> Int {
        places.values.reduce(0) { $0 + ($1.head.status == status ? 1 : 0) }
    }

    /// How many points have a result.
    public var count: Int { places.count }

    /// Numbers of the points without a result.
    public var missing: [Int] { (0..<(total ?? 0)).filter { places[$0] == nil } }

    /// Hands over every result in the order of points, without its newline.
    public func forEachLine(_ body: ([UInt8], SweepLineHead) throws -> Void) throws {
        for index in places.keys.sorted() {
            if let place = places[index] { try body(bytes(place), place.head) }
        }
    }
}

/// Why files of results do not make one sweep.
public struct SweepCollectionProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What does not fit together, and in which file.
    public var message: String
    public var description: String { message }
}
