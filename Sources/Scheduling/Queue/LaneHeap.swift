/// Which lane's next job comes first: a binary heap of lanes by (key of the lane, key of the job, job).
struct LaneHeap: Sendable {
    /// What a lane is ordered by.
    struct Rank: Sendable, Comparable {
        /// Key of the lane itself, zero where lanes do not count.
        var lane: Int64
        /// Key of its next job.
        var key: Int64
        /// Its next job.
        var job: Int32

        static func < (left: Rank, right: Rank) -> Bool {
            if left.lane != right.lane { return left.lane < right.lane }
            return left.key < right.key || (left.key == right.key && left.job < right.job)
        }
    }

    private var items: [Int32] = []
    private var ranks: [Rank]
    private var positions: [Int32]

    init(laneCount: Int) {
        ranks = Array(repeating: Rank(lane: 0, key: 0, job: 0), count: laneCount)
        positions = Array(repeating: -1, count: laneCount)
    }

    /// The lane whose next job comes first, and its rank; nil when no lane has one.
    var first: (lane: Int, rank: Rank)? {
        guard let item = items.first else { return nil }
        return (Int(item), ranks[Int(item)])
    }

    /// Enters a lane, or moves it.
    mutating func set(_ lane: Int, _ rank: Rank) {
        let place = Int(positions[lane])
        let former = ranks[lane]
        ranks[lane] = rank
        if place < 0 {
            items.append(Int32(lane))
            siftUp(from: items.count - 1)
        } else if rank < former {
            siftUp(from: place)
        } else {
            siftDown(from: place)
        }
    }

    /// Takes a lane out; harmless when it is not in.
    mutating func remove(_ lane: Int) {
        let place = Int(positions[lane])
        guard place >= 0 else { return }
        positions[lane] = -1
        let last = items.removeLast()
        guard place < items.count else { return }
        put(last, at: place)
        siftUp(from: place)
        siftDown(from: Int(positions[Int(last)]))
    }

    private mutating func siftUp(from start: Int) {
        let item = items[start]
        var place = start
        while place > 0, ranks[Int(item)] < ranks[Int(items[(place - 1) / 2])] {
            put(items[(place - 1) / 2], at: place)
            place = (place - 1) / 2
        }
        put(item, at: place)
    }

    private mutating func siftDown(from start: Int) {
        let item = items[start]
        var place = start
        while 2 * place + 1 < items.count {
            var child = 2 * place + 1
            if child + 1 < items.count, ranks[Int(items[child + 1])] < ranks[Int(items[child])] { child += 1 }
            guard ranks[Int(items[child])] < ranks[Int(item)] else { break }
            put(items[child], at: place)
            place = child
        }
        put(item, at: place)
    }

    private mutating func put(_ item: Int32, at place: Int) {
        items[place] = item
        positions[Int(item)] = Int32(place)
    }
}
