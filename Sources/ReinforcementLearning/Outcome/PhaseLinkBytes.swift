import EventEngine

/// Bytes that a workload's own transfers moved over each link, by the phase in which they landed.
public struct PhaseLinkBytes: Sendable, Equatable {
    /// By ``StepPhase``, then by link of the network; empty where nothing moved.
    private var bytes: [[Int64]] = Array(repeating: [], count: StepPhase.allCases.count)

    public init() {}

    mutating func add(_ bytesPerLane: Int64, over links: [LinkUse], in phase: StepPhase) {
        for use in links {
            let link = Int(use.link)
            let missing = link + 1 - bytes[phase.rawValue].count
            if missing > 0 { bytes[phase.rawValue].append(contentsOf: repeatElement(0, count: missing)) }
            bytes[phase.rawValue][link] += bytesPerLane * Int64(use.lanes)
        }
    }

    /// Links that carried something in a phase, ascending, with the bytes.
    public func links(in phase: StepPhase) -> [(link: Int, bytes: Int64)] {
        bytes[phase.rawValue].enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
    }

    /// Bytes over all phases on one link.
    public func total(link: Int) -> Int64 { bytes.reduce(0) { $0 + ($1.indices.contains(link) ? $1[link] : 0) } }
}

/// A pass over a chunk of responses beside generation.
struct StreamedPass: Sendable, Equatable {
    var pass: ComputePass
    var start: Nanoseconds
    var end: Nanoseconds
}
