/// How much a timeline shows; each level includes those before it.
public enum TimelineLevel: UInt8, CaseIterable, Comparable, Sendable {
    /// Nothing is recorded.
    case off
    /// Workloads, jobs and their phases, devices that are down.
    case job
    /// Each request with its stages, and queues.
    case request
    /// Each step of a replica, transfers, links, memory.
    case step
    /// Each operator inside a step, and what the host does for it.
    case `operator`

    /// The level of this name, as a user writes it.
    public init?(named name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// Its name.
    public var name: String { "\(self)" }

    /// Orders levels by how much they show.
    @inlinable public static func < (left: TimelineLevel, right: TimelineLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
