import EventEngine

/// How far measured kernels lie from a fit, by samples that the fit did not see (split conformal prediction).
///
/// Whatever the distribution, a new kernel drawn as the samples were lies inside with at least the nominal
/// probability on average. It describes one device and engine version: on another the same width covers less.
public struct ConformalInterval: Sendable, Equatable {
    /// The nominal probability.
    public static let probability = 0.9
    /// Samples that are kept from the fit for the interval, of every eight.
    static let heldOut = 3

    /// Largest logarithm of measured over predicted time, either way, that the interval holds.
    public var halfWidth: Double
    /// Share of kernels neither fitted nor held out that lie inside.
    public var coverage: Double

    /// - Parameters:
    ///   - held: magnitudes of the logarithms at held-out samples, at least nine for a bounded interval.
    ///   - unseen: the same at all others.
    init?(held: [Double], unseen: [Double]) {
        let rank = Int((Double(held.count + 1) * Self.probability).rounded(.up))
        guard rank <= held.count, !unseen.isEmpty else { return nil }
        let width = held.sorted()[rank - 1]
        halfWidth = width
        coverage = Double(unseen.count { $0 <= width }) / Double(unseen.count)
    }

    /// The mean over several draws of samples.
    init?(averaging intervals: [ConformalInterval]) {
        guard !intervals.isEmpty else { return nil }
        let count = Double(intervals.count)
        halfWidth = intervals.reduce(0) { $0 + $1.halfWidth } / count
        coverage = intervals.reduce(0) { $0 + $1.coverage } / count
    }
}
