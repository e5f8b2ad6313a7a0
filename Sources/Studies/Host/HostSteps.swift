import HostServing
import ModelGraph
import Serving
import Timing
import TraceFormats

/// Steps of the host's server on a calibration model, of chosen shapes, as traffic brings them about.
struct HostSteps {
    private let plan: HostPlan
    private let engine: EngineConfiguration

    init(_ plan: HostPlan) {
        self.plan = plan
        engine = EngineConfiguration(
            maximumBatchTokens: max(plan.prompts.max() ?? 1, 8 * (plan.batches.max() ?? 1)),
            maximumSequences: plan.batches.max() ?? 1, blockTokens: 16, prefixCache: false)
    }

    /// Serves the traffic and sums up its steps by shape.
    /// - Throws: ``UnsteadyMachine`` where steps of a shape differ too much in every attempt.
    func measure(_ timer: SteadyTimer) throws -> [HostMeasurements.Step] {
        let decoder = try Decoder(
            plan.model, maximumTokens: engine.maximumBatchTokens, maximumRows: engine.maximumSequences, seed: 1)
        let server = HostServer(decoder, engine: engine, blocks: 4 * plan.model.maximumContext / 16, seed: 1)
        var best: [HostMeasurements.Step] = []
        for _ in 0..<max(1, timer.attempts) {
            let steps = summed(try server.serve(traffic(), timesKernels: true).steps)
            if Self.spread(steps) < Self.spread(best) { best = steps }
            if Self.spread(best) <= timer.limit { return best }
        }
        guard let worst = best.max(by: { $0.timing.spread < $1.timing.spread }) else { return [] }
        throw UnsteadyMachine(timing: worst.timing, limit: timer.limit, attempts: timer.attempts)
    }

    private static func spread(_ steps: [HostMeasurements.Step]) -> Double {
        steps.map(\.timing.spread).max() ?? .infinity
    }

    /// Batches that decode as many tokens as there are repetitions, then prompts on their own, far apart in time.
    private func traffic() -> RequestTrace {
        var trace = RequestTrace()
        var group: Int64 = 0
        func add(_ count: Int, input: Int, output: Int) {
            for _ in 0..<count {
                trace.arrivalNanoseconds.append(group * 1_000_000_000_000)
                trace.inputTokens.append(Int32(input))
                trace.outputTokens.append(Int32(output))
            }
            group += 1
        }
        for batch in plan.batches { add(batch, input: 8, output: plan.repetitions + 1) }
        for prompt in plan.prompts {
            for _ in 0..<plan.repetitions { add(1, input: prompt, output: 1) }
        }
        return trace
    }

    private struct Shape: Hashable {
        var tokens: Int
        var decoding: Int
        var logitRows: Int
    }

    /// Steps by shape, in the order of their first; shapes seen too seldom for a spread are left out.
    private func summed(_ steps: [ServedStep]) -> [HostMeasurements.Step] {
        var order: [Shape] = [], groups: [Shape: [ServedStep]] = [:]
        for step in steps {
            let shape = Shape(
                tokens: step.shape.tokens, decoding: step.shape.decodeSequences, logitRows: step.shape.logitRows)
            if groups[shape] == nil { order.append(shape) }
            groups[shape, default: []].append(step)
        }
        return order.compactMap { shape in
            guard let steps = groups[shape], steps.count >= plan.repetitions else { return nil }
            func median(_ value: (ServedStep) -> Double) -> Double { steps.map(value).sorted().median }
            let name = shape.decoding > 0
                ? "steps of \(shape.decoding) decoding sequences" : "steps of a prompt of \(shape.tokens) tokens"
            return HostMeasurements.Step(
                computedTokens: ExecutionMode.graphFull.paddedTokens(shape.tokens), tokens: shape.tokens,
                logitRows: shape.logitRows,
                timing: RepeatedTiming(name: name, seconds: steps.map { Double($0.nanoseconds) / 1e9 }),
                elementwiseSeconds: median { $0.kernels?[.elementwise] ?? 0 },
                overheadSeconds: median { Double($0.nanoseconds) / 1e9 - ($0.kernels?.total ?? 0) })
        }
    }
}
