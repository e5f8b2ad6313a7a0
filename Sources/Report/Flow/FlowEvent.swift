import EventEngine
import JSONText

/// A method of an instance of a service, as Flow Insight names the nodes of its call graph.
struct FlowMethod: Equatable, Sendable {
    /// The kind of the instance, such as `chat.prefill`; nil for a plain function.
    var service: String?
    /// The instance, such as `prefill/0`.
    var instance: String?
    /// The method.
    var name: String

    /// Whoever sends requests and starts workloads: the root of every flow.
    static let main = FlowMethod(service: nil, instance: nil, name: "_main")

    /// Another method of the same instance.
    func method(_ name: String) -> FlowMethod { FlowMethod(service: service, instance: instance, name: name) }
}

/// One call of a method.
struct FlowSpan: Sendable {
    /// Unique within the flow.
    var id: String
    /// The span that the caller was in.
    var parent: String
    var caller: FlowMethod
    var callee: FlowMethod

    /// The span that calls of ``FlowMethod/main`` have as their parent.
    static let main = "_main"
}

/// Something that happened in a run, in the kinds that Flow Insight has.
enum FlowFact: Sendable {
    case submit(FlowSpan)
    case begin(FlowSpan)
    case end(FlowSpan, since: Nanoseconds)
    /// Bytes that a method gives to another one, as its argument of a position.
    case put(object: String, bytes: Int64, position: Int, sender: FlowMethod)
    case get(object: String, receiver: FlowMethod)
    case context(FlowMethod, JSONObject)
    /// What a method uses, by name, each of a base such as `gpu`.
    case usage(FlowMethod, [(name: String, used: Double, base: String)])
    case services([JSONValue])
    case nodes([JSONValue])
    /// What a reader should know of the flow.
    case explanation(String)
}

/// A fact with its simulated time.
struct FlowEvent: Sendable {
    var time: Nanoseconds
    var fact: FlowFact
}

/// What becomes of one request, job or step, as a list of events; each call begins inside its caller's.
struct FlowUnit: Sendable {
    private(set) var events: [FlowEvent] = []

    /// A call is made and begins.
    /// - Parameter submitted: when it was made, where it had to wait for its turn.
    mutating func begin(_ span: FlowSpan, submitted: Nanoseconds? = nil, at time: Nanoseconds) {
        add(.submit(span), at: submitted ?? time)
        add(.begin(span), at: time)
    }

    /// A call that began earlier returns.
    mutating func end(_ span: FlowSpan, since start: Nanoseconds, at time: Nanoseconds) {
        add(.end(span, since: start), at: time)
    }

    /// A call with nothing inside; without an end it goes on when the run is over.
    mutating func call(_ span: FlowSpan, submitted: Nanoseconds? = nil, from start: Nanoseconds, to end: Nanoseconds?) {
        begin(span, submitted: submitted, at: start)
        if let end { self.end(span, since: start, at: end) }
    }

    /// Anything else.
    mutating func add(_ fact: FlowFact, at time: Nanoseconds) { events.append(FlowEvent(time: time, fact: fact)) }
}

/// Many units, each of which is worked out when its time comes.
protocol FlowSource {
    /// How many units there are.
    var count: Int { get }
    /// When a unit begins; in the order of units never earlier than the one before.
    func start(of unit: Int) -> Nanoseconds
    /// Its events, none before its start; equal times are meant in the order of the list.
    func events(of unit: Int) -> [FlowEvent]
}
