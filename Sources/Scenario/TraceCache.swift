import JSONText
import Synchronization
import TraceFormats

/// Traces that were read once for several variants or points of a sweep, on any number of threads.
public final class TraceCache: Sendable {
    private struct Entry: Sendable {
        var source: TrafficSource
        /// Nil where the seed changes nothing.
        var seed: UInt64?
        var trace: RequestTrace
    }

    /// What is kept: sweeps over seeds or loads make a trace per point, which nobody asks for again.
    private static let largestCount = 64
    private static let largestRequests = 1_000_000

    private let known = Mutex<[Entry]>([])

    /// Creates an empty cache.
    public init() {}

    /// The requests of a workload; a trace file is read while others wait, since they want the same.
    func requests(
        of workload: ServingSpecification, seed: UInt64, _ diagnostics: JSONDiagnostics
    ) -> RequestTrace? {
        let source = workload.traffic.source
        guard case .trace = source else {
            if let trace = known.withLock({ Self.find(source, seed, &$0) }) { return trace }
            guard let trace = workload.traffic.requests(seed: seed, diagnostics) else { return nil }
            known.withLock { Self.add(Entry(source: source, seed: seed, trace: trace), &$0) }
            return trace
        }
        return known.withLock { entries in
            if let trace = Self.find(source, nil, &entries) { return trace }
            guard let trace = workload.traffic.requests(seed: seed, diagnostics) else { return nil }
            Self.add(Entry(source: source, seed: nil, trace: trace), &entries)
            return trace
        }
    }

    /// The newest stand last.
    private static func find(_ source: TrafficSource, _ seed: UInt64?, _ entries: inout [Entry]) -> RequestTrace? {
        guard let place = entries.lastIndex(where: { $0.seed == seed && $0.source == source }) else { return nil }
        let entry = entries.remove(at: place)
        entries.append(entry)
        return entry.trace
    }

    private static func add(_ entry: Entry, _ entries: inout [Entry]) {
        entries.append(entry)
        var requests = entries.reduce(0) { $0 + $1.trace.count }
        while entries.count > 1, entries.count > largestCount || requests > largestRequests {
            requests -= entries.removeFirst().trace.count
        }
    }
}
