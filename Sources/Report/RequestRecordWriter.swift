import JSONText
import Serving

/// Per-request records as JSON Lines, in order of arrival.
public enum RequestRecordWriter {
    /// Writes one object per request that arrived; times in seconds, absent where they did not happen.
    public static func write(_ run: VariantRun, to stream: inout JSONStream) {
        for (index, engine) in run.world.serving.enumerated() {
            let names = engine.replicaNames
            let workload = run.scenario.plans[index].configuration.name
            for record in engine.records where record.stage != .future {
                stream.object { line in
                    line.member("variant", run.name)
                    line.member("workload", workload)
                    write(record, names, &line)
                }
            }
        }
    }

    private static func write(_ record: RequestRecord, _ names: [String], _ line: inout JSONStream) {
        line.member("request", record.index)
        line.member("status", status(record))
        if let reason = record.rejection { line.member("rejection", reason.name) }
        line.member("arrival_s", seconds(record.arrival))
        line.member("input_tokens", record.inputTokens)
        line.member("output_tokens", record.outputTokens)
        let times: [(String, Int64?)] = [
            ("queueing_s", record.queueing), ("prefill_s", record.prefill),
            ("decode_queueing_s", record.decodeQueueing), ("kv_transfer_s", record.transfer),
            ("ttft_s", record.timeToFirstToken), ("tpot_s", record.timePerOutputToken),
            ("max_itl_s", record.longestInterval), ("e2e_s", record.endToEnd),
        ]
        for (name, value) in times {
            if let value { line.member(name, seconds(value)) }
        }
        line.member("prefix_tokens_hit", record.prefixTokensHit)
        line.member("preemptions", record.preemptions)
        line.member("restarts", record.restarts)
        line.member("kv_transfer_bytes", record.transferBytes)
        if let replica = record.prefillReplica { line.member("prefill_replica", names[replica]) }
        if let replica = record.decodeReplica { line.member("decode_replica", names[replica]) }
    }

    private static func status(_ record: RequestRecord) -> String {
        switch record.stage {
        case .completed: "completed"
        case .rejected: "rejected"
        default: "unfinished"
        }
    }
}
