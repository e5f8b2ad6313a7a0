/// A quantity between measured points: straight lines, and nothing outside them.
struct MeasuredCurve: Sendable, Equatable {
    /// Where it was measured, ascending.
    private(set) var keys: [Double]
    private(set) var values: [Double]

    /// - Parameter points: in any order; of points at the same place the median counts.
    init(_ points: [(key: Double, value: Double)]) {
        keys = []
        values = []
        let sorted = points.sorted { ($0.key, $0.value) < ($1.key, $1.value) }
        var first = 0
        while first < sorted.count {
            var end = first
            while end < sorted.count, sorted[end].key == sorted[first].key { end += 1 }
            keys.append(sorted[first].key)
            values.append(sorted[(first + end - 1) / 2].value)
            first = end
        }
    }

    /// - Parameter keys: ascending and distinct.
    init(keys: [Double], values: [Double]) {
        self.keys = keys
        self.values = values
    }

    /// The value at a place; `nil` outside the measured range.
    func value(at key: Double) -> Double? {
        guard let last = keys.last, key >= keys[0], key <= last else { return nil }
        var low = 0, high = keys.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if keys[middle] <= key { low = middle } else { high = middle }
        }
        if high == low || key == keys[low] { return values[low] }
        let share = (key - keys[low]) / (keys[high] - keys[low])
        return values[low] + share * (values[high] - values[low])
    }
}
