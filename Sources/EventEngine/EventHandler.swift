/// A world that events happen to.
///
/// One `switch` over `event.kind` (or over the component's table) is the whole of a handler:
///
/// ```swift
/// struct Clock: EventHandler {
///   var ticks = 0
///   mutating func handle(_ event: Event, queue: inout EventQueue) {
///     ticks += 1
///     queue.schedule(Event(time: event.time + 10, component: 0, kind: 0, phase: .timer))
///   }
/// }
/// ```
public protocol EventHandler {
    /// Does what happens at `event`; what follows from it is scheduled on `queue`.
    mutating func handle(_ event: Event, queue: inout EventQueue)
}

extension EventQueue {
    /// Serves every event up to and including `deadline` and returns how many there were.
    ///
    /// Generic and inlinable, so that it is specialised for the world in the module that calls it.
    /// Afterwards `now` is the time of the last event served, not the deadline.
    @inlinable @discardableResult
    public mutating func run<Handler: EventHandler>(
        _ handler: inout Handler, through deadline: Nanoseconds = .max
    ) -> Int {
        var served = 0
        while let event = pop(through: deadline) {
            handler.handle(event, queue: &self)
            served += 1
        }
        return served
    }
}
