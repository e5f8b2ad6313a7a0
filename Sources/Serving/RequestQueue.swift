/// A first-in-first-out queue of request indices that also takes back what it gave: a ring buffer.
struct RequestQueue: Sendable {
    private var storage: [Int32] = Array(repeating: 0, count: 8)
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var first: Int32? { count > 0 ? storage[head] : nil }

    mutating func append(_ request: Int32) {
        if count == storage.count { grow() }
        storage[(head + count) & (storage.count - 1)] = request
        count += 1
    }

    /// Puts a preempted request before all others.
    mutating func prepend(_ request: Int32) {
        if count == storage.count { grow() }
        head = (head - 1) & (storage.count - 1)
        storage[head] = request
        count += 1
    }

    @discardableResult
    mutating func removeFirst() -> Int32 {
        precondition(count > 0, "an empty queue has no first request")
        let request = storage[head]
        head = (head + 1) & (storage.count - 1)
        count -= 1
        return request
    }

    /// Takes a request out of the middle, if it is there.
    mutating func remove(_ request: Int32) {
        let kept = (0..<count).map { storage[(head + $0) & (storage.count - 1)] }.filter { $0 != request }
        head = 0
        count = kept.count
        for (position, other) in kept.enumerated() { storage[position] = other }
    }

    private mutating func grow() {
        var larger = Array(repeating: Int32(0), count: 2 * storage.count)
        for position in 0..<count { larger[position] = storage[(head + position) & (storage.count - 1)] }
        storage = larger
        head = 0
    }
}
