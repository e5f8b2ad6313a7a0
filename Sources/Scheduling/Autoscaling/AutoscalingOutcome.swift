import EventEngine

/// What an autoscaler did with the nodes of a type.
public struct AutoscalingOutcome: Sendable, Equatable {
    /// The index of the node group, and its bounds.
    public var nodes: AutoscaledNodes
    /// Nodes launched after the start, and nodes that left.
    public var launches = 0
    /// Nodes that left.
    public var terminations = 0
    /// Time of nodes from launch to leaving, the boot included, and of that the time in which they booted.
    public var nodeNanoseconds: Nanoseconds = 0
    /// Time in which nodes booted, summed over them.
    public var bootNanoseconds: Nanoseconds = 0
    /// Nodes at once, those that boot included, at most.
    public var peakNodes = 0
    /// Nodes that are ready and nodes that boot, from each time on.
    public var counts: [NodeCount] = []

    /// Nodes from launch to leaving, in hours.
    public var nodeHours: Double { Double(nodeNanoseconds) / 3.6e12 }
    /// What they cost; nil where nobody says.
    public var cost: Double? { nodes.costPerHour.map { $0 * nodeHours } }
}

/// How many nodes of a type there are from a time on.
public struct NodeCount: Sendable, Equatable {
    /// From when.
    public var time: Nanoseconds
    /// Nodes that are ready.
    public var ready: Int
    /// Nodes that boot.
    public var booting: Int
}

extension SchedulingEngine {
    /// The time of every node, in the order of launches.
    public var nodeLives: [NodeLife] { scaler?.lives ?? [] }

    /// What the autoscaler did, by type; empty without one. What happened after the run's end does not count. The
    /// books must be closed.
    public var autoscaling: [AutoscalingOutcome] {
        guard let scaler else { return [] }
        let end = books.closed
        return scaler.configuration.nodeTypes.indices.map { type in
            var outcome = AutoscalingOutcome(nodes: scaler.configuration.nodeTypes[type])
            var changes: [(time: Nanoseconds, ready: Int, booting: Int)] = []
            for life in scaler.lives where life.type == type && (life.launched < end || life.launched == 0) {
                outcome.nodeNanoseconds += min(life.ended, end) - life.launched
                outcome.bootNanoseconds += min(life.ready, end) - life.launched
                let boots = life.launched > 0
                if boots { outcome.launches += 1 }
                changes.append((life.launched, boots ? 0 : 1, boots ? 1 : 0))
                if boots, life.ready <= end { changes.append((life.ready, 1, -1)) }
                if life.ended <= end {
                    outcome.terminations += 1
                    changes.append((life.ended, -1, 0))
                }
            }
            outcome.counts = Self.counts(changes)
            outcome.peakNodes = outcome.counts.map { $0.ready + $0.booting }.max() ?? 0
            return outcome
        }
    }

    /// The counts after each instant at which they change, from time 0 on.
    private static func counts(_ changes: [(time: Nanoseconds, ready: Int, booting: Int)]) -> [NodeCount] {
        var counts = [NodeCount(time: 0, ready: 0, booting: 0)]
        for change in changes.sorted(by: { $0.time < $1.time }) {
            if change.time > counts[counts.count - 1].time {
                var next = counts[counts.count - 1]
                next.time = change.time
                counts.append(next)
            }
            counts[counts.count - 1].ready += change.ready
            counts[counts.count - 1].booting += change.booting
        }
        return counts
    }
}
