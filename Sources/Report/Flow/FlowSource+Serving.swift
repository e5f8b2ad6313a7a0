import EventEngine
import JSONText
import Serving

/// Requests: each is a call of the router, with its stages as calls of the replicas that worked on it, so that
/// queueing, transfer and computation are told apart.
struct ServingFlow: FlowSource {
    private let name: String
    private let replicas: [FlowMethod]
    private let records: [RequestRecord]

    /// - Parameter engine: after its run.
    init(_ engine: ServingEngine) {
        let name = engine.configuration.name
        self.name = name
        replicas = Self.methods(of: engine)
        records = engine.records.filter { $0.stage != .future }
            .sorted { ($0.arrival, $0.index) < ($1.arrival, $1.index) }
    }

    /// A method of each replica, by its index; the service is its pool's.
    static func methods(of engine: ServingEngine) -> [FlowMethod] {
        engine.replicaNames.map { replica in
            let pool = replica.prefix { $0 != "/" }
            return FlowMethod(service: "\(engine.configuration.name).\(pool)", instance: replica, name: "step")
        }
    }

    var count: Int { records.count }

    func start(of unit: Int) -> Nanoseconds { records[unit].arrival }

    func events(of unit: Int) -> [FlowEvent] {
        let record = records[unit], marks = Marks(record)
        let router = FlowMethod(service: "\(name).router", instance: "router", name: "generate")
        let id = "\(name)/\(record.index)"
        let whole = FlowSpan(id: id, parent: FlowSpan.main, caller: .main, callee: router)
        var result = FlowUnit()
        result.begin(whole, at: record.arrival)
        if record.stage == .rejected {
            result.add(.context(router, context(record)), at: record.arrival)
            result.end(whole, since: record.arrival, at: record.arrival)
            return result.events
        }
        func stage(_ method: String, on replica: FlowMethod) -> FlowSpan {
            FlowSpan(id: "\(id)/\(method)", parent: id, caller: router, callee: replica.method(method))
        }
        let first = record.prefillReplica.map { replicas[$0] } ?? router
        let second = record.decodeReplica.map { replicas[$0] } ?? first
        result.call(stage("queue", on: first), from: record.arrival, to: marks.scheduled)
        if let scheduled = marks.scheduled {
            result.call(
                stage("prefill", on: first), submitted: record.arrival, from: scheduled, to: marks.prefilled)
        }
        if let from = marks.prefilled, let to = marks.transferStart, to > from {
            result.call(stage("wait_for_decode", on: second), from: from, to: to)
        }
        transfer(record, marks, stage("receive_kv", on: second), sender: first.method("prefill"), &result)
        if let from = marks.transferEnd, marks.firstToken.map({ $0 >= from }) ?? true {
            result.call(stage("first_decode_step", on: second), from: from, to: marks.firstToken)
        }
        if let from = marks.decodeStart, marks.completed != from {
            result.call(stage("decode", on: second), from: from, to: marks.completed)
        }
        result.add(.context(router, context(record)), at: marks.completed ?? record.arrival)
        if let end = marks.completed { result.end(whole, since: record.arrival, at: end) }
        return result.events
    }

    /// KV on its way: what has been sent is put, what has arrived is got. With layer-wise push the call lasts as long
    /// as the transfer alone holds the request up.
    private func transfer(
        _ record: RequestRecord, _ marks: Marks, _ span: FlowSpan, sender: FlowMethod, _ result: inout FlowUnit
    ) {
        let object = "\(span.parent)/kv"
        if let start = marks.transferStart { result.begin(span, at: start) }
        if record.transferBytes > 0 {
            result.add(
                .put(object: object, bytes: record.transferBytes, position: 0, sender: sender),
                at: marks.transferStart ?? marks.prefilled ?? marks.scheduled ?? record.arrival)
        }
        guard let start = marks.transferStart, let end = marks.transferEnd else { return }
        if record.transferBytes > 0 { result.add(.get(object: object, receiver: span.callee), at: end) }
        result.end(span, since: start, at: end)
    }

    private func context(_ record: RequestRecord) -> JSONObject {
        var context: JSONObject = [
            "request": .init(record.index), "input_tokens": .init(record.inputTokens),
            "output_tokens": .init(record.outputTokens), "prefix_tokens_hit": .init(record.prefixTokensHit),
            "status": .string(record.stage == .completed
                ? "completed" : record.stage == .rejected ? "rejected" : "unfinished"),
        ]
        if let reason = record.rejection { context["rejection"] = .string(reason.name) }
        if let time = record.timeToFirstToken { context["ttft_s"] = .real(seconds(time)) }
        if let time = record.timePerOutputToken { context["tpot_s"] = .real(seconds(time)) }
        if record.preemptions > 0 { context["preemptions"] = .init(record.preemptions) }
        if record.restarts > 0 { context["restarts"] = .init(record.restarts) }
        return context
    }
}

extension ServingFlow {
    /// The instants at which a request went on, as far as it came.
    private struct Marks {
        let scheduled: Nanoseconds?
        let prefilled: Nanoseconds?
        let transferStart: Nanoseconds?
        let transferEnd: Nanoseconds?
        let firstToken: Nanoseconds?
        let completed: Nanoseconds?
        /// When nothing but decoding was left to do.
        let decodeStart: Nanoseconds?

        init(_ record: RequestRecord) {
            func add(_ time: Nanoseconds?, _ span: Nanoseconds?) -> Nanoseconds? {
                guard let time, let span else { return nil }
                return time + span
            }
            scheduled = add(record.arrival, record.queueing)
            prefilled = add(scheduled, record.prefill)
            transferStart = add(prefilled, record.decodeQueueing)
            let transferEnd = add(transferStart, record.transfer), prefilled = prefilled
            self.transferEnd = transferEnd
            firstToken = add(record.arrival, record.timeToFirstToken)
            completed = add(record.arrival, record.endToEnd)
            // After a failure the prompt is computed again behind the first token.
            decodeStart = firstToken.map { max($0, transferEnd ?? $0, prefilled ?? $0) }
        }
    }
}
