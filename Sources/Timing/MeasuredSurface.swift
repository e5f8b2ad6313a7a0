/// A quantity over four whole-number axes that was measured on an irregular grid: at each value of the first axis its
/// own values of the second, and so on.
///
/// Between measured points it is linear along each axis in turn; a place is inside when every slice that the
/// interpolation needs has points on both sides of it. On axes where zero means that something is absent, zero is a
/// slice of its own that nothing is interpolated towards.
struct MeasuredSurface: Sendable {
    /// One axis: keys of all slices one after another, and where the children of each key begin on the next axis.
    private struct Axis: Sendable {
        var keys: [Int] = []
        var children: [Int] = []
    }

    private var axes = [Axis](repeating: Axis(), count: 4)
    private var values: [Double] = []
    private let zeroIsApart: [Bool]

    /// - Parameters:
    ///   - points: four keys and the value; of points at the same place the last counts.
    ///   - zeroIsApart: per axis, whether zero is a slice of its own.
    init(_ points: [(keys: [Int], value: Double)], zeroIsApart: [Bool]) {
        self.zeroIsApart = zeroIsApart
        let sorted = points.sorted { $0.keys.lexicographicallyPrecedes($1.keys) }
        var previous: [Int]?
        for point in sorted {
            if point.keys == previous {
                values[values.count - 1] = point.value
                continue
            }
            let fresh = previous.map { old in (0..<4).first { old[$0] != point.keys[$0] } ?? 3 } ?? 0
            for axis in fresh..<4 {
                axes[axis].keys.append(point.keys[axis])
                axes[axis].children.append(axis < 3 ? axes[axis + 1].keys.count : values.count)
            }
            values.append(point.value)
            previous = point.keys
        }
        for axis in 0..<4 { axes[axis].children.append(axis < 3 ? axes[axis + 1].keys.count : values.count) }
    }

    /// The surface along its last axis with the first three fixed; `nil` outside.
    func curve(_ first: Int, _ second: Int, _ third: Int) -> MeasuredCurve? {
        var slices: [(range: Range<Int>, weight: Double)] = [(0..<axes[0].keys.count, 1)]
        for (axis, key) in [first, second, third].enumerated() {
            var next: [(range: Range<Int>, weight: Double)] = []
            for slice in slices {
                let found = neighbours(of: key, axis, slice.range)
                if found.isEmpty { return nil }
                for (index, weight) in found {
                    next.append((axes[axis].children[index]..<axes[axis].children[index + 1], slice.weight * weight))
                }
            }
            slices = next
        }
        return blend(slices)
    }

    /// Keys on both sides of a place and their weights; empty outside.
    private func neighbours(of key: Int, _ axis: Int, _ range: Range<Int>) -> [(index: Int, weight: Double)] {
        let keys = axes[axis].keys
        guard let above = range.first(where: { keys[$0] >= key }) else { return [] }
        if keys[above] == key { return [(above, 1)] }
        let below = above - 1
        guard below >= range.lowerBound, !(zeroIsApart[axis] && keys[below] == 0) else { return [] }
        let share = Double(key - keys[below]) / Double(keys[above] - keys[below])
        return [(below, 1 - share), (above, share)]
    }

    /// The weighted sum of slices of the last axis over the range that all of them cover.
    private func blend(_ slices: [(range: Range<Int>, weight: Double)]) -> MeasuredCurve? {
        let curves = slices.map { slice in
            (curve: MeasuredCurve(keys: axes[3].keys[slice.range].map(Double.init), values: Array(values[slice.range])),
             weight: slice.weight)
        }
        let keys = curves.flatMap { $0.curve.keys }.sorted()
        var common: [Double] = [], blended: [Double] = []
        for key in keys where common.last != key {
            var sum = 0.0, isCovered = true
            for (curve, weight) in curves {
                guard let value = curve.value(at: key) else {
                    isCovered = false
                    break
                }
                sum += weight * value
            }
            if isCovered {
                common.append(key)
                blended.append(sum)
            }
        }
        return common.isEmpty ? nil : MeasuredCurve(keys: common, values: blended)
    }
}
