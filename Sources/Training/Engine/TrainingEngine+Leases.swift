import EventEngine
import Hardware

/// Training on devices that a scheduler gives and takes at once, and charges for itself.
extension TrainingEngine {
    /// Whether it will do nothing more: all steps are done, or memory did not suffice.
    public var isOver: Bool { state == .finished || (state == .stopped && result.outOfMemory != nil) }

    /// Gives its devices back at once. Complete steps are kept, the one under way is lost; what it costs to save and
    /// load them is the scheduler's restart cost.
    public mutating func yield(_ queue: inout EventQueue, _ machine: inout Machine) {
        guard !isOver else { return }
        leave(&queue, &machine)
        books.releaseCopy(at: queue.now, &machine)
        savedSteps = doneSteps
        isPreempting = false
        failed.removeAll()
        state = .preempted
    }

    /// Goes on with the next step, on devices that may be others.
    public mutating func proceed(on devices: [DeviceID], _ queue: inout EventQueue, _ machine: inout Machine) {
        guard state == .preempted else { return }
        occupy(devices, &queue, &machine)
        guard state == .running else { return }
        beginStep(&queue, &machine)
    }
}
