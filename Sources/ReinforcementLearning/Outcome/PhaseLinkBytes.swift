import EventEngine

/// Bytes that a workload's own transfers moved over each link, by the phase in which they landed.
public struct PhaseLinkBytes: Sendable, Equatable {
    /// By ``StepPhase``, then by link of the network; empty where nothing moved.
    private var bytes: [[Int64]] = Array(repeating: [], count: StepPhase.allCases.count)
    /// Of the data engine, whose transfers go on beside all phases; by link.
    private var data: [Int64] = []

    public init() {}

    mutating func add(_ bytesPerLane: Int64, over links: [LinkUse], in phase: StepPhase) {
        Self.add(bytesPerLane, over: links, to: &bytes[phase.rawValue])
    }

    mutating func addData(_ bytesPerLane: Int64, over links: [LinkUse]) {
        Self.add(bytesPerLane, over: links, to: &data)
    }

    private static func add(_ bytesPerLane: Int64, over links: [LinkUse], to sums: inout [Int64]) {
        for use in links {
            let link = Int(use.link)
            if link >= sums.count { sums.append(contentsOf: repeatElement(0, count: link + 1 - sums.count)) }
            sums[link] += bytesPerLane * Int64(use.lanes)
        }
    }

    /// Links that carried something in a phase, ascending, with the bytes.
    public func links(in phase: StepPhase) -> [(link: Int, bytes: Int64)] {
        Self.carried(bytes[phase.rawValue])
    }

    /// Links that carried samples of the data engine, ascending, with the bytes.
    public var dataLinks: [(link: Int, bytes: Int64)] { Self.carried(data) }

    private static func carried(_ sums: [Int64]) -> [(link: Int, bytes: Int64)] {
        sums.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
    }

    /// Bytes over all phases and of the data engine on one link.
    public func total(link: Int) -> Int64 { (bytes + [data]).reduce(0) { $0 + ($1.indices.contains(link) ? $1[link] : 0) } }
}

/// A pass over a chunk of responses beside generation.
struct StreamedPass: Sendable, Equatable {
    var pass: ComputePass
    var start: Nanoseconds
    var end: Nanoseconds
}
