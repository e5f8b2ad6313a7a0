import TraceFormats

/// Training progress per second by number of devices: how many examples go through, and what each is worth
/// (Qiao et al., Pollux, OSDI 2021, section 3).
///
/// Throughput is measured step times, interpolated. An example of a batch of `B` is worth `(n + B0) / (n + B)` of one
/// of the initial batch of `B0`, where `n` is the gradient noise scale in examples; a larger batch is worth less when
/// `n` is small. The noise scale grows as training goes on; here it is one number for the whole job.
public struct GoodputModel: Sendable {
    /// Limits of the batch size, in examples.
    public struct Limits: Equatable, Sendable {
        /// The batch size at which an example counts one.
        public var initial: Double
        /// The largest over all devices.
        public var largest: Double
        /// The largest of one device.
        public var largestLocal: Double

        /// Limits.
        public init(initial: Double, largest: Double, largestLocal: Double) {
            self.initial = initial
            self.largest = largest
            self.largestLocal = largestLocal
        }
    }

    /// Measured steps of a number of devices, packed on as few nodes as hold them: local batch sizes ascending,
    /// seconds.
    private struct Curve: Sendable {
        var replicas: Int
        var points: [(localBatchSize: Double, seconds: Double)]

        /// Seconds of a step at a local batch size: linear between measured sizes, in proportion to the last two
        /// beyond.
        func seconds(_ size: Double) -> Double {
            guard points.count > 1 else { return points[0].seconds * max(1, size / points[0].localBatchSize) }
            var next = 1
            while next < points.count - 1, points[next].localBatchSize < size { next += 1 }
            let (low, high) = (points[next - 1], points[next])
            let slope = (high.seconds - low.seconds) / (high.localBatchSize - low.localBatchSize)
            // Below the smallest size a step keeps the time of the smallest.
            return size <= points[0].localBatchSize
                ? points[0].seconds : max(low.seconds, low.seconds + slope * (size - low.localBatchSize))
        }
    }

    private let curves: [Curve]
    private let limits: Limits
    private let noiseScale: Double

    /// A model from measured steps; nil where none of them is on packed devices.
    /// - Parameters:
    ///   - perNode: devices of a node where the steps were measured.
    ///   - noiseScale: of the gradients, in examples.
    public init?(steps: [PolluxFormat.Step], perNode: Int, limits: Limits, noiseScale: Double) {
        var sums: [Int: [Int: (sum: Double, count: Double)]] = [:]
        for step in steps where step.nodes == (step.replicas + perNode - 1) / perNode {
            // Of a table without placements only full nodes are sure to be packed.
            guard step.largest == nil ? step.replicas % perNode == 0 : true else { continue }
            let before = sums[step.replicas]?[step.localBatchSize] ?? (0, 0)
            sums[step.replicas, default: [:]][step.localBatchSize] = (
                before.sum + Double(step.step) / 1e9, before.count + 1
            )
        }
        guard !sums.isEmpty else { return nil }
        curves = sums.keys.sorted().map { replicas in
            let points = (sums[replicas] ?? [:]).sorted { $0.key < $1.key }
            return Curve(
                replicas: replicas,
                points: points.map { (Double($0.key), $0.value.sum / $0.value.count) })
        }
        self.limits = limits
        self.noiseScale = noiseScale
    }

    /// Examples per second, counted at the initial batch size, of each number of devices from 0 to `devices`, at the
    /// best batch size of each. More devices than were measured count as the most that were.
    public func speeds(upTo devices: Int) -> [Double] {
        var speeds = [0.0]
        for replicas in stride(from: 1, through: devices, by: 1) {
            speeds.append(max(goodput(replicas), speeds[replicas - 1]))
        }
        return speeds
    }

    /// The best over the batch sizes that were measured or bound the search.
    private func goodput(_ replicas: Int) -> Double {
        let replicas = min(replicas, curves[curves.count - 1].replicas)
        let share = Double(replicas)
        let bound = min(limits.largestLocal, limits.largest / share)
        var sizes = curves.flatMap { $0.points.map(\.localBatchSize) } + [bound, limits.initial / share]
        sizes = sizes.filter { $0 <= bound && $0 * share >= limits.initial }
        if sizes.isEmpty { sizes = [min(bound, max(1, limits.initial / share))] }
        return sizes.reduce(0) { best, size in
            let batch = size * share
            let worth = (noiseScale + limits.initial) / (noiseScale + batch)
            return max(best, batch / seconds(replicas, size) * min(1, worth))
        }
    }

    /// Seconds of a step, linear between the numbers of devices that were measured.
    private func seconds(_ replicas: Int, _ size: Double) -> Double {
        let upper = curves.firstIndex { $0.replicas >= replicas } ?? curves.count - 1
        let high = curves[upper]
        guard high.replicas != replicas, upper > 0 else { return high.seconds(size) }
        let low = curves[upper - 1]
        let part = Double(replicas - low.replicas) / Double(high.replicas - low.replicas)
        return low.seconds(size) + part * (high.seconds(size) - low.seconds(size))
    }
}
