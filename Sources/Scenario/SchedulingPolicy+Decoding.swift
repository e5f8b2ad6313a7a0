import EventEngine
import JSONText
import Scheduling

extension JSONObjectReader {
    /// The policy of a workload of jobs, and what it knows of durations where that is said.
    func schedulingPolicy() -> (SchedulingPolicy, DurationKnowledge?) {
        let orders = QueueOrder.registry.map { ($0.name, $0) }
        let order = optional("queue", .choice(among: orders), default: .fifo)
        var policy = SchedulingPolicy(
            order: order, whenBlocked: optional("when_blocked", .choice(), default: .block),
            placement: optional(
                "placement", .choice(among: Placement.registry.map { ($0.name, $0) }), default: .consolidate))
        policy.preemption = optional("preempt", .preemption, default: order.change == .whileRunning ? .byOrder : .none)
        policy.restartCost = optional("restart_cost", .restartCost, default: .standard)
        policy.compatibility = optional("compatibility", .choice(), default: .none)
        let durations = optional("durations", .durationKnowledge)
        check(policy, hasDurations: has("durations"))
        return (policy, durations)
    }

    private func check(_ policy: SchedulingPolicy, hasDurations: Bool) {
        if hasDurations, !policy.usesDurations {
            fail(
                at: "durations", "has no effect: neither \(policy.order.name) nor "
                    + "\(policy.whenBlocked.rawValue) looks at durations", remedy: "leave it out")
        }
        guard policy.preemption != .none else {
            if policy.compatibility == .tiresiasDemotion { failCompatibility(policy, "las or 2d-las in queues") }
            if policy.compatibility == .heliosSRTF { failCompatibility(policy, "srtf with preemption") }
            return
        }
        if policy.whenBlocked.usesDurations {
            fail(
                at: "when_blocked", "a job that can be preempted has no start to be promised",
                remedy: "use block or skip, or \"preempt\": false")
        }
        if policy.order.change == .withTenant {
            fail(
                at: "preempt", "has no effect: \(policy.order.name) orders tenants, not running jobs",
                remedy: "leave it out, or give tenants quota_devices and reclaim")
        }
        if policy.compatibility == .heliosSRTF, policy.order.name != QueueOrder.shortestRemaining.name {
            failCompatibility(policy, "srtf with preemption")
        }
        if case .byQueues = policy.preemption {
            let isAttained = [QueueOrder.leastAttained.name, QueueOrder.leastAttainedService.name]
                .contains(policy.order.name)
            if !isAttained {
                fail(at: "preempt", "queues with limits go with las and 2d-las only", remedy: "choose one of them")
            }
            if policy.compatibility == .tiresiasDemotion, policy.order.name != QueueOrder.leastAttainedService.name {
                failCompatibility(policy, "2d-las in queues")
            }
        } else if policy.compatibility == .tiresiasDemotion {
            failCompatibility(policy, "2d-las in queues")
        }
    }

    private func failCompatibility(_ policy: SchedulingPolicy, _ needed: String) {
        fail(
            at: "compatibility", "\(policy.compatibility.rawValue) has an effect only on \(needed)",
            remedy: "leave it out")
    }
}

extension JSONType<PreemptionRule> {
    /// `true`, `false`, or `{ "queues": ["100 s", "300 s"], "tick": "1 s" }`.
    fileprivate static var preemption: JSONType {
        let expected = "true, false or an object with queues"
        return JSONType(expected: expected, standIn: .none) { reader in
            if let isOn = reader.value.boolValue { return isOn ? .byOrder : PreemptionRule.none }
            guard reader.value.objectValue != nil else {
                reader.reportExpected(expected)
                return nil
            }
            return reader.object { object in
                let limits = object.required("queues", .array(of: .duration(sign: .positive)))
                let tick = object.optional("tick", .duration(sign: .positive), default: 1)
                if limits.isEmpty || zip(limits, limits.dropFirst()).contains(where: { $0 >= $1 }) {
                    object.fail(
                        at: "queues", "limits must ascend, and there must be one", remedy: "e.g. [\"1 h\", \"8 h\"]")
                }
                return .byQueues(limits: limits, tick: tick)
            }
        }
    }
}

extension JSONType<RestartCost> {
    /// `"default"`, `"none"`, or `{ "single": "7 s", "few": "30 s", "many": "60 s" }`.
    fileprivate static var restartCost: JSONType {
        let expected = "default, none or an object with single, few and many"
        return JSONType(expected: expected, standIn: .standard) { reader in
            switch reader.value.stringValue {
            case "default": return .standard
            case "none": return .free
            default: break
            }
            guard reader.value.objectValue != nil else {
                reader.reportExpected(expected)
                return nil
            }
            return reader.object { cost in
                RestartCost(
                    single: cost.required("single", .duration()), few: cost.required("few", .duration()),
                    many: cost.required("many", .duration()))
            }
        }
    }
}

extension JSONType<DurationKnowledge> {
    /// `"oracle"`, `"estimate"`, or `{ "lognormal_sigma": 0.5 }`.
    fileprivate static var durationKnowledge: JSONType {
        let expected = "oracle, estimate or an object with lognormal_sigma"
        return JSONType(expected: expected, standIn: .oracle) { reader in
            switch reader.value.stringValue {
            case "oracle": return .oracle
            case "estimate": return .userEstimate(otherwiseSigma: DurationKnowledge.assumedSigma)
            default: break
            }
            guard reader.value.objectValue != nil else {
                reader.reportExpected(expected)
                return nil
            }
            return reader.object { .lognormal(sigma: $0.required("lognormal_sigma", .number(in: 0...5))) }
        }
    }
}
