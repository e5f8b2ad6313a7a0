import Hardware
import JSONText
import Metrics
import Scenario
import Serving
import Timing
import TraceFormats

extension VariantRun {
    /// The metrics of a workload under the names that scripts rely on.
    func metrics(_ outcome: ServingOutcome, _ plan: ServingPlan) -> JSONObject {
        let span = seconds(outcome.makespan)
        func rate(_ amount: Double) -> JSONValue { span > 0 ? .real(amount / span) : .null }
        let devices = outcome.pools.reduce(0) { $0 + $1.devices }
        var metrics: JSONObject = [
            "requests_arrived": .init(outcome.arrived),
            "requests_completed": .init(outcome.completed),
            "requests_rejected": .init(outcome.rejectedCount),
            "requests_unfinished": .init(outcome.unfinished),
            "rejections": .object(JSONObject(outcome.rejected.map { ($0.reason.name, .init($0.count)) })),
            "makespan_s": .real(span),
            "requests_per_s": rate(Double(outcome.completed)),
            "input_tokens_per_s": rate(Double(outcome.inputTokens)),
            "output_tokens_per_s": rate(Double(outcome.outputTokens)),
            "output_tokens_per_s_per_device": rate(Double(outcome.outputTokens) / Double(max(1, devices))),
        ]
        if let good = outcome.good {
            metrics["goodput_requests_per_s"] = rate(Double(good))
            metrics["goodput_requests_per_s_per_device"] = rate(Double(good) / Double(max(1, devices)))
            metrics["slo_attainment"] = .real(Double(good) / Double(max(1, outcome.arrived)))
        }
        metrics["ttft_s"] = json(outcome.timeToFirstToken)
        metrics["tpot_s"] = json(outcome.timePerOutputToken)
        metrics["itl_s"] = json(outcome.interTokenLatency)
        metrics["e2e_s"] = json(outcome.endToEnd)
        metrics["queueing_s"] = json(outcome.queueing)
        metrics["prefill_s"] = json(outcome.prefill)
        metrics["decode_queueing_s"] = json(outcome.decodeQueueing)
        metrics["kv_transfer_s"] = json(outcome.transfer)
        metrics["kv_transfers"] = .init(outcome.transfers)
        metrics["kv_transfer_bytes"] = .integer(outcome.transferBytes)
        metrics["prefix_blocks_hit"] = .integer(outcome.prefixUnitsHit)
        metrics["prefix_blocks_looked_up"] = .integer(outcome.prefixUnitsLookedUp)
        metrics["prefix_tokens_hit"] = .integer(outcome.prefixTokensHit)
        metrics["preemptions"] = .init(outcome.preemptions)
        metrics["restarts"] = .init(outcome.restarts)
        metrics["devices"] = .init(devices)
        metrics["pools"] = .object(JSONObject(outcome.pools.map { ($0.name, json($0)) }))
        return metrics
    }

    func json(_ distribution: Distribution?) -> JSONValue {
        guard let distribution else { return .null }
        return [
            "mean": .real(distribution.mean), "p50": .real(distribution.p50), "p90": .real(distribution.p90),
            "p95": .real(distribution.p95), "p99": .real(distribution.p99), "max": .real(distribution.max),
            "count": .init(distribution.count),
        ]
    }

    private func json(_ pool: PoolOutcome) -> JSONValue {
        [
            "role": .string(pool.role.rawValue), "replicas": .init(pool.replicas), "devices": .init(pool.devices),
            "utilisation": .real(pool.utilisation), "queue_share": .real(pool.queueShare),
            "down_share": .real(pool.downShare), "steps": .integer(pool.steps), "requests": .init(pool.requests),
            "requests_per_replica": .array(pool.requestsPerReplica.map { .init($0) }),
            "prefill_tokens": .integer(pool.prefillTokens), "decode_tokens": .integer(pool.decodeTokens),
            "preemptions": .init(pool.preemptions), "kv_blocks_per_replica": .init(pool.keyValueBlocks),
            "kv_peak_share": .real(pool.peakKeyValueShare), "prefix_units_evicted": .init(pool.evictedUnits),
            "busy_s": .real(seconds(pool.busyNanoseconds)),
        ]
    }

    /// Per pool: each timing parameter with its value, where it comes from and its standard deviation.
    func provenance(_ plan: ServingPlan) -> JSONObject {
        JSONObject(plan.pools.map { pool in
            var entry = provenance(pool.profile, on: pool.device)
            if let table = pool.measured?.table {
                entry["measured_kernels"] = [
                    "launches": .init(table.count), "fnv1a64": .string(ResultDocument.hexadecimal(table.hash)),
                ]
            }
            return (pool.name, .object(entry))
        })
    }

    /// Each parameter of a profile on a device.
    func provenance(_ profile: TimingProfile, on device: DeviceDescriptor) -> JSONObject {
        var parameters = JSONObject()
        let measured = device.vendor.isEverMeasured
        for (key, parameter) in profile.parameters {
            parameters[key] = [
                "value": .real(parameter.value), "provenance": .string(parameter.provenance.description),
                "log_sd": .real(parameter.provenance.logStandardDeviation(vendorEverMeasured: measured)),
                "source": .string(parameter.source),
            ]
        }
        return [
            "device": .string(device.name), "profile": .string(profile.name),
            "engine": .string(profile.engine), "parameters": .object(parameters),
        ]
    }

    /// Per pool: how each device's memory is divided, and the peak of what is in use.
    func memory(_ outcome: ServingOutcome, _ plan: ServingPlan) -> JSONObject {
        JSONObject(zip(plan.pools, outcome.pools).map { pool, result in
            let memory = pool.memory
            let peak = Int64((Double(memory.keyValueBytes) * result.peakKeyValueShare).rounded())
            return (pool.name, [
                "device_bytes": .integer(memory.capacityBytes), "weights_bytes": .integer(memory.weightBytes),
                "reserved_bytes": .integer(memory.reservedBytes), "kv_bytes": .integer(memory.keyValueBytes),
                "kv_bytes_per_token_per_device": .integer(memory.keyValueBytesPerToken),
                "kv_peak_bytes": .integer(peak),
                "peak_bytes": .integer(memory.weightBytes + memory.reservedBytes + peak),
            ])
        })
    }

    /// What the requests were, for those who have only the result.
    func traffic(_ trace: RequestTrace) -> JSONObject {
        var traffic: JSONObject = [
            "requests": .init(trace.count),
            "input_tokens": .integer(trace.inputTokens.reduce(0) { $0 + Int64($1) }),
            "output_tokens": .integer(trace.outputTokens.reduce(0) { $0 + Int64($1) }),
            "prefix_block_tokens": .init(trace.blockTokens), "prefix_blocks": .init(trace.blockIDs.count),
            "failures_left_out": .init(trace.failures),
        ]
        if let spread = trace.ticksSpread {
            traffic["ticks_spread"] = [
                "tick_s": .real(seconds(spread.tickNanoseconds)), "requests_moved": .init(spread.requestsMoved),
            ]
        }
        return traffic
    }
}
