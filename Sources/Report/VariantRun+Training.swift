import JSONText
import Metrics
import Scenario
import Serving
import Training

extension VariantRun {
    /// A training workload of the result.
    func training(_ index: Int) -> JSONValue {
        let plan = scenario.training[index], outcome = training[index]
        return [
            "metrics": .object(trainingMetrics(index)),
            "intervals": .null,
            "provenance": .object(provenance(plan)),
            "memory": .object(memory(outcome, plan)),
            "links": .array(links),
            "checks": .array(outcome.checks(plan).map(json)),
        ]
    }

    /// The metrics of a training workload under the names that scripts rely on.
    func trainingMetrics(_ index: Int) -> JSONObject {
        let plan = scenario.training[index], outcome = training[index]
        let devices = plan.devices.count, span = seconds(outcome.makespan)
        let rate = span > 0 ? Double(outcome.tokens) / span : nil
        var metrics: JSONObject = [
            "feasible": .bool(outcome.outOfMemory == nil),
            "out_of_memory_phase": outcome.outOfMemory == nil ? .null : .string("update"),
            "steps": .init(outcome.steps), "steps_lost": .init(outcome.lostSteps),
            "steps_unfinished": .init(outcome.unfinishedSteps), "makespan_s": .real(span),
            "step_time_s": json(outcome.stepTime), "tokens": .integer(outcome.tokens),
            "tokens_per_s": rate.map { .real($0) } ?? .null,
            "tokens_per_s_per_device": rate.map { .real($0 / Double(devices)) } ?? .null,
            "mfu": outcome.utilisation(plan).map { .real($0) } ?? .null,
            "checkpoints": .init(outcome.checkpoints), "restarts": .init(outcome.restarts),
            "copy_s": .real(seconds(outcome.copyNanoseconds)),
            "exchanged_bytes": .integer(outcome.exchangedBytes), "devices": .init(devices),
            "peak_device_bytes": .integer(outcome.peakBytes.reduce(0, +)),
            "peak_host_bytes": .integer(outcome.hostBytes),
        ]
        let step = outcome.step
        metrics["phases"] = [
            "compute_s": .real(seconds(step.computeNanoseconds)), "bubble_s": .real(seconds(step.bubbleNanoseconds)),
            "exposed_communication_s": .real(seconds(step.exposedCommunicationNanoseconds)),
            "hidden_communication_s": .real(seconds(step.hiddenCommunicationNanoseconds)),
            "optimizer_s": .real(seconds(step.optimizerNanoseconds)),
        ]
        metrics["bubble_ratio"] = step.totalNanoseconds > 0
            ? .real(Double(step.bubbleNanoseconds) / Double(step.totalNanoseconds)) : .null
        return metrics
    }

    private func memory(_ outcome: TrainingOutcome, _ plan: TrainingPlan) -> JSONObject {
        var pools = JSONObject()
        for (name, bytes) in zip(TrainingEngine.pools, plan.configuration.deviceBytes) {
            pools["\(name)_bytes"] = .integer(bytes)
        }
        pools["device_bytes"] = .integer(plan.device.memoryBytes.value)
        pools["out_of_memory"] = outcome.outOfMemory.map { .string($0.description) } ?? .null
        return pools
    }

    /// Where step times come from: the scenario's own share of the peak, or a timing profile.
    private func provenance(_ plan: TrainingPlan) -> JSONObject {
        if case .utilisation(let share) = plan.configuration.training.speed {
            return ["train": [
                "device": .string(plan.device.name), "utilisation": .real(share), "source": "stated by the scenario",
            ]]
        }
        return ["train": .object(provenance(plan.profile, on: plan.device))]
    }
}

extension TrainingOutcome {
    /// Distribution of the durations of steps, in seconds; nil when none was completed.
    var stepTime: Distribution? { Distribution(nanoseconds: stepNanoseconds) }

    /// Steps are done or unfinished, and each that is done has a time.
    func checks(_ plan: TrainingPlan) -> [ConservationCheck] {
        [
            ConservationCheck(
                name: "steps done and unfinished are those asked for", expected: Int64(plan.configuration.steps),
                found: Int64(steps + unfinishedSteps)),
            ConservationCheck(
                name: "every step that counts has a time", expected: Int64(steps), found: Int64(stepNanoseconds.count)),
        ]
    }
}
