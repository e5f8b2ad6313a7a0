import EventEngine
import Hardware

/// A node that is emptied at a given time: no job starts there any more, and those that run end, or give way at last.
public struct NodeDrain: Sendable, Equatable {
    /// From when no job starts there.
    public var time: Nanoseconds
    /// The node.
    public var node: NodeID
    /// When the jobs that still run there are taken off; nil: they may end.
    public var preemption: Nanoseconds?
    /// From when jobs start there again; nil: never.
    public var end: Nanoseconds?

    /// A drain that waits for running jobs and lasts for good; set the other fields as needed.
    public init(time: Nanoseconds, node: NodeID) {
        self.time = time
        self.node = node
    }
}

/// What is done to a node that drains, in the second word of its events.
enum DrainStep {
    static let begin: Int64 = 0
    static let preempt: Int64 = 1
    static let end: Int64 = 2
}

extension SchedulingEngine {
    /// Schedules what the configured drains do.
    mutating func scheduleDrains(_ queue: inout EventQueue) {
        for (index, drain) in configuration.drains.enumerated() {
            let steps = [
                (drain.time, DrainStep.begin), (drain.preemption, DrainStep.preempt), (drain.end, DrainStep.end),
            ]
            for case (let time?, let step) in steps {
                queue.schedule(
                    Event(
                        time: time, component: component, kind: SchedulingEvent.drain, phase: .timer, a: Int64(index),
                        b: step))
            }
        }
    }

    /// Serves an event of a drain; once all jobs are done, nobody looks any more.
    mutating func serveDrain(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard !isDone else { return }
        let node = configuration.drains[Int(event.a)].node
        switch event.b {
        case DrainStep.begin: drain(node, true, at: event.time, &queue, &machine)
        case DrainStep.end: drain(node, false, at: event.time, &queue, &machine)
        default: empty(node, at: event.time, &queue, &machine)
        }
    }

    /// Takes the jobs that run on a node, wholly or in part, off all of their devices.
    private mutating func empty(
        _ node: NodeID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let victims = running.filter { job in
            jobs[Int(job)].isPreemptible && shares[Int(job)].contains { Int($0.node) == node.index }
        }
        guard !victims.isEmpty else { return }
        lastActivity = now
        for job in victims.sorted() {
            interrupt(job, .drained, at: now, &machine)
            mark(job, .drain, at: now)
        }
        requestPass(at: now, &queue)
    }

    /// What came of a drain: jobs that were taken off the node, and when the last one had left it; nil where one stays,
    /// or the run ended before. The books must be closed.
    public func outcome(of drain: NodeDrain) -> (preempted: Int, empty: Nanoseconds?) {
        guard drain.time <= books.closed else { return (0, nil) }
        var preempted = 0
        var empty: Nanoseconds? = drain.time
        for segment in books.segments where segment.start < drain.time && segment.end > drain.time {
            guard shares(of: segment).contains(where: { Int($0.node) == drain.node.index }) else { continue }
            if segment.ending == .cut { empty = nil } else { empty = empty.map { max($0, segment.end) } }
            if segment.ending == .drained, segment.end == drain.preemption { preempted += 1 }
        }
        return (preempted, empty)
    }
}
