import EventEngine
import JSONText

/// Writes events as JSON Lines in the form that a Flow Insight server takes them in: `record_type` and `record`.
///
/// The field names are those of the package `flow-insight` 1.1.1. Its timestamps are whole milliseconds and its
/// durations seconds; `time_ns` beside the record is the exact simulated time, which the package does not look at.
struct FlowWriter {
    private static let nanosecondsPerMillisecond: Int64 = 1_000_000
    /// The flow of facts about the whole cluster.
    private static let clusterFlow = "_flow_insight_internal_flow_id_"

    /// Names the run.
    let flow: String

    func write(_ event: FlowEvent, to stream: inout JSONStream) {
        let (type, flow) = kind(of: event.fact)
        stream.object { line in
            line.member("record_type", type)
            line.member("time_ns", event.time)
            line.object("record") { record in
                record.member("flow_id", flow)
                write(event.fact, at: event.time, to: &record)
                record.member("timestamp", event.time / Self.nanosecondsPerMillisecond)
            }
        }
    }

    private func kind(of fact: FlowFact) -> (type: String, flow: String) {
        switch fact {
        case .submit: ("call_submit", flow)
        case .begin: ("call_begin", flow)
        case .end: ("call_end", flow)
        case .put: ("object_put", flow)
        case .get: ("object_get", flow)
        case .context: ("context_add", flow)
        case .usage: ("resource_usage_add", flow)
        case .services: ("service_physical_stats_add", flow)
        case .nodes: ("node_physical_stats_add", Self.clusterFlow)
        case .explanation: ("meta_info_register", Self.clusterFlow)
        }
    }

    private func write(_ fact: FlowFact, at time: Nanoseconds, to record: inout JSONStream) {
        switch fact {
        case .submit(let span):
            write(span, to: &record)
        case .begin(let span):
            write(span, to: &record)
            record.member("span_id", span.id)
        case .end(let span, let start):
            write(span.callee, "target_", "target_instance_id", "target_method", to: &record)
            record.member("span_id", span.id)
            record.member("duration", seconds(time - start))
        case .put(let object, let bytes, let position, let sender):
            record.member("object_id", object)
            record.member("object_size", bytes)
            record.member("object_pos", position)
            write(sender, "sender_", "sender_instance_id", "sender_method", to: &record)
        case .get(let object, let receiver):
            record.member("object_id", object)
            write(receiver, "receiver_", "receiver_instance_id", "receiver_method", to: &record)
        case .context(let method, let context):
            writeOwner(method, to: &record)
            record.member("context", .object(context))
        case .usage(let method, let uses):
            writeOwner(method, to: &record)
            record.object("usage") { usage in
                for use in uses {
                    usage.object(use.name) {
                        $0.member("used", use.used)
                        $0.member("base", use.base)
                    }
                }
            }
        case .services(let stats): record.member("stats", .array(stats))
        case .nodes(let stats): record.member("stats", ["stats": .array(stats)])
        case .explanation(let text): record.member("prompt", text)
        }
    }

    private func write(_ span: FlowSpan, to record: inout JSONStream) {
        record.member("parent_span_id", span.parent)
        write(span.caller, "source_", "source_instance_id", "source_method", to: &record)
        write(span.callee, "target_", "target_instance_id", "target_method", to: &record)
    }

    /// Service, instance and method; a plain function has neither of the first two.
    private func write(
        _ method: FlowMethod, _ prefix: String, _ instanceKey: String, _ methodKey: String, to record: inout JSONStream
    ) {
        if let service = method.service { record.member("\(prefix)service", service) }
        if let instance = method.instance { record.member(instanceKey, instance) }
        record.member(methodKey, method.name)
    }

    private func writeOwner(_ method: FlowMethod, to record: inout JSONStream) {
        if let service = method.service { record.member("service_name", service) }
        if let instance = method.instance { record.member("instance_id", instance) }
        record.member("method_name", method.name)
    }
}
