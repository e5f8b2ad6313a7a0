import EventEngine
import Hardware

/// Where a response stops on its way: at calls of tools, and at the part of it that one step generates.
extension ReinforcementLearningEngine {
    /// Tokens at which a sample comes back: at its end, a tool call, or its part of this step.
    func nextStop(of sample: Int) -> Int32 {
        let state = samples[sample]
        return max(state.done + 1, min(nextCall(of: state) ?? state.responseTokens, state.cap))
    }

    /// Tokens at which the next tool is called; nil when none is.
    func nextCall(of state: RolloutSample) -> Int32? {
        guard state.toolsCalled < state.calls else { return nil }
        return callPosition(state.toolsCalled, state)
    }

    private var resultTokens: Int32 { Int32(configuration.rollout.tools?.resultTokens ?? 0) }

    /// Position of a call: calls cut the generated tokens into equal parts, and each adds its result.
    private func callPosition(_ call: Int32, _ state: RolloutSample) -> Int32 {
        let generated = state.responseTokens - state.calls * resultTokens
        return generated * (call + 1) / (state.calls + 1) + call * resultTokens
    }

    mutating func callTool(_ sample: Int32, at now: Nanoseconds, _ queue: inout EventQueue) {
        let index = Int(sample)
        samples[index].stage = .calling
        samples[index].toolsCalled += 1
        counts.toolCalls += 1
        let stated = samples[index].toolNanoseconds
        let latency = stated >= 0 ? stated : configuration.rollout.tools?.latency.draw(&toolTimes) ?? 0
        queue.schedule(Event(
            time: now + latency, component: component, kind: StepEvent.toolAnswered, phase: .arrival,
            a: Int64(sample), b: groups[index / samplesPerGroup].use))
    }

    /// A tool has answered: its result joins the context, and the sample goes on, or waits for the next step.
    mutating func answer(
        _ sample: Int32, use: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(sample)
        guard groups[index / samplesPerGroup].use == use, samples[index].stage == .calling else { return }
        lastActivity = now
        samples[index].attribute(to: rolloutVersion)
        samples[index].done += resultTokens
        samples[index].attributed = samples[index].done
        counts.toolTokens += Int64(resultTokens)
        if samples[index].done >= samples[index].cap {
            samples[index].stage = .carried
            generation.liveSamples -= 1
            continueGeneration(at: now, &queue, &machine)
            return check(at: now, &queue, &machine)
        }
        samples[index].stage = .pending
        pending.append(sample)
        dispatch(at: now, &queue, &machine)
    }
}
