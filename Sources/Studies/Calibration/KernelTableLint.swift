import Hardware
import Timing

/// A kernel table made fit for use, with a count of everything that was wrong with it.
public struct LintedKernels: Sendable {
    /// Usable samples in the order of the table, one for each shape: the median of its duplicates.
    public var samples: [KernelSample] = []
    /// Lines that repeated a shape, beyond the first of each.
    public var duplicates = 0
    /// Left out: above 1.2 times the device's peak or bandwidth, as small weights in a warm cache are, or a wrong unit.
    public var implausible = 0
    /// Kept, but suspect: less than half the time of the same kernel with fewer rows.
    public var nonMonotone = 0

    /// Utilisation above which a line is not of this device's memory or arithmetic.
    public static let largestUtilisation = 1.2

    /// - Parameter calibration: the device that the table claims to be of.
    public init(_ table: [KernelSample], on calibration: CalibrationDevice) {
        let sorted = table.sorted { Self.precedes($0, $1) }
        var index = 0
        var previous: KernelSample?
        while index < sorted.count {
            var end = index + 1
            while end < sorted.count, sorted[end].group == sorted[index].group, sorted[end].key == sorted[index].key {
                end += 1
            }
            var sample = sorted[index]
            sample.seconds = sorted[index..<end].map(\.seconds).sorted().median
            duplicates += end - index - 1
            index = end
            guard calibration.roofline(sample) <= Self.largestUtilisation * sample.seconds * 1e9 else {
                implausible += 1
                continue
            }
            if let previous, previous.group == sample.group, previous.key.dropLast() == sample.key.dropLast(),
                sample.seconds * 2 < previous.seconds { nonMonotone += 1 }
            previous = sample
            samples.append(sample)
        }
        samples.sort { $0.line < $1.line }
    }

    private static func precedes(_ left: KernelSample, _ right: KernelSample) -> Bool {
        let (a, b) = (left.group.sortKey, right.group.sortKey)
        if a != b { return a.lexicographicallyPrecedes(b) }
        if left.key != right.key { return left.key.lexicographicallyPrecedes(right.key) }
        return left.line < right.line
    }
}

extension KernelSample.Group {
    /// A fixed order of groups: as the operators are listed, then by type and engine.
    var sortKey: [String] {
        let place = KernelOperator.allCases.firstIndex(of: kernel) ?? 0
        return ["\(place)", dataType.rawValue, cacheType.rawValue, engine]
    }
}

extension [Double] {
    /// The median of sorted values, the mean of the two in the middle of an even number; 0 of none.
    var median: Double {
        guard !isEmpty else { return 0 }
        return (self[(count - 1) / 2] + self[count / 2]) / 2
    }
}
