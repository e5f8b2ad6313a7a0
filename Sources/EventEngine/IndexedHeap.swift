/// A binary heap of small integers, each with a key that may be changed at any time.
///
/// The minimum is the item with the smallest key, and among equal keys the smallest item, so that
/// it does not depend on the order in which items were set. `set` and `remove` are O(log n).
struct IndexedHeap: Sendable {
    private var items: [Int32] = []
    private var keys: [Int64] = []
    /// Where an item lies in `items`, or -1.
    private var positions: [Int32] = []

    var isEmpty: Bool { items.isEmpty }

    /// The item with the smallest key, or nil.
    var minimum: (item: Int32, key: Int64)? {
        guard let item = items.first else { return nil }
        return (item, keys[Int(item)])
    }

    /// Makes room for the items 0..<count, without setting any.
    mutating func extend(to count: Int) {
        while positions.count < count {
            positions.append(-1)
            keys.append(0)
        }
    }

    /// Inserts `item`, or moves it, to `key`.
    mutating func set(_ item: Int32, to key: Int64) {
        let place = Int(positions[Int(item)])
        guard place >= 0 else {
            keys[Int(item)] = key
            items.append(item)
            siftUp(from: items.count - 1)
            return
        }
        let former = keys[Int(item)]
        keys[Int(item)] = key
        if key < former { siftUp(from: place) } else if key > former { siftDown(from: place) }
    }

    /// Takes `item` out; harmless when it is not in.
    mutating func remove(_ item: Int32) {
        let place = Int(positions[Int(item)])
        guard place >= 0 else { return }
        positions[Int(item)] = -1
        let last = items.removeLast()
        guard place < items.count else { return }
        items[place] = last
        positions[Int(last)] = Int32(place)
        siftUp(from: place)
        siftDown(from: Int(positions[Int(last)]))
    }

    private func precedes(_ left: Int32, _ right: Int32) -> Bool {
        let (leftKey, rightKey) = (keys[Int(left)], keys[Int(right)])
        return leftKey < rightKey || (leftKey == rightKey && left < right)
    }

    private mutating func siftUp(from start: Int) {
        let item = items[start]
        var place = start
        while place > 0, precedes(item, items[(place - 1) / 2]) {
            put(items[(place - 1) / 2], at: place)
            place = (place - 1) / 2
        }
        put(item, at: place)
    }

    private mutating func siftDown(from start: Int) {
        let item = items[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < items.count else { break }
            if child + 1 < items.count, precedes(items[child + 1], items[child]) { child += 1 }
            guard precedes(items[child], item) else { break }
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
