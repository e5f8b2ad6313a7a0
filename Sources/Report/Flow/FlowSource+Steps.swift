import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Training

/// Steps of reinforcement learning: calls of the controller, with the phases as the training side sees them one after
/// the other, each a call of the role that does the work.
struct LearningFlow: FlowSource {
    private let name: String
    private let records: [StepRecord]

    init(_ engine: ReinforcementLearningEngine) {
        name = engine.configuration.name
        records = engine.stepRecords
    }

    var count: Int { records.count }

    func start(of unit: Int) -> Nanoseconds { records[unit].start }

    func events(of unit: Int) -> [FlowEvent] {
        let record = records[unit]
        let controller = FlowMethod(service: "\(name).controller", instance: "controller", name: "train_step")
        let whole = FlowSpan(id: "\(name)/step/\(unit)", parent: FlowSpan.main, caller: .main, callee: controller)
        let weights = "\(whole.id)/weights"
        var result = FlowUnit()
        result.begin(whole, at: record.start)
        if record.weightBytes > 0 {
            let sender = Self.role(of: .updateActor, workload: name)
            result.add(.put(object: weights, bytes: record.weightBytes, position: 0, sender: sender), at: record.start)
        }
        var time = record.start, areWeightsTaken = record.weightBytes == 0
        for phase in StepPhase.allCases where record.time(of: phase) > 0 {
            let callee = Self.role(of: phase, workload: name)
            let isTransfer = phase == .weightSync || phase == .reshardToInfer
            if !areWeightsTaken, !isTransfer {
                result.add(.get(object: weights, receiver: Self.rollout(name)), at: time)
                areWeightsTaken = true
            }
            let span = FlowSpan(
                id: "\(whole.id)/\(phase.name)", parent: whole.id, caller: controller, callee: callee)
            result.call(span, from: time, to: time + record.time(of: phase))
            time += record.time(of: phase)
        }
        if !areWeightsTaken { result.add(.get(object: weights, receiver: Self.rollout(name)), at: time) }
        result.add(.context(controller, context(record, unit)), at: record.end)
        result.end(whole, since: record.start, at: record.end)
        return result.events
    }

    /// Who generates.
    static func rollout(_ workload: String) -> FlowMethod { role(of: .rollout, workload: workload) }

    /// Who does the work of a phase, and what it is called.
    static func role(of phase: StepPhase, workload: String) -> FlowMethod {
        let role = switch phase {
        case .weightSync, .reshardToInfer, .reshardToTrain: "weight_sync"
        case .rollout: "rollout"
        case .wait, .advantages: "controller"
        case .reference: "reference"
        case .reward: "reward"
        case .values, .updateCritic: "critic"
        case .oldLogProbabilities, .onloadOptimizer, .updateActor, .offloadOptimizer: "trainer"
        }
        return FlowMethod(service: "\(workload).\(role)", instance: role, name: phase.name)
    }

    private func context(_ record: StepRecord, _ step: Int) -> JSONObject {
        [
            "step": .init(step), "samples": .init(record.samples), "prompt_tokens": .integer(record.promptTokens),
            "response_tokens": .integer(record.responseTokens), "longest_response": .init(record.longestResponse),
            "generation_s": .real(seconds(record.generationNanoseconds)),
            "train_busy_s": .real(seconds(record.trainBusy)),
        ]
    }
}

/// Optimizer steps: a call of the ranks on each node, all at once.
struct TrainingFlow: FlowSource {
    private let name: String
    private let steps: [(start: Nanoseconds, end: Nanoseconds)]
    private let ranks: [FlowMethod]
    private let tokens: Int64

    /// - Parameter nodes: names of the nodes that ranks are on.
    init(_ engine: TrainingEngine, nodes: [String]) {
        let workload = engine.configuration.name, outcome = engine.outcome
        name = workload
        steps = zip(outcome.stepNanoseconds, outcome.stepEnds).map { ($1 - $0, $1) }
        ranks = nodes.map { Self.ranks(on: $0, of: workload) }
        tokens = engine.configuration.tokensPerStep
    }

    /// The ranks of a node.
    static func ranks(on node: String, of workload: String) -> FlowMethod {
        FlowMethod(service: "\(workload).trainer", instance: node, name: "optimizer_step")
    }

    var count: Int { steps.count }

    func start(of unit: Int) -> Nanoseconds { steps[unit].start }

    func events(of unit: Int) -> [FlowEvent] {
        let (start, end) = steps[unit]
        let controller = FlowMethod(service: "\(name).controller", instance: "controller", name: "train_step")
        let whole = FlowSpan(id: "\(name)/step/\(unit)", parent: FlowSpan.main, caller: .main, callee: controller)
        var result = FlowUnit()
        result.begin(whole, at: start)
        for rank in ranks {
            result.begin(span(whole, rank), at: start)
        }
        for rank in ranks {
            result.end(span(whole, rank), since: start, at: end)
        }
        result.add(.context(controller, ["step": .init(unit), "tokens": .integer(tokens)]), at: end)
        result.end(whole, since: start, at: end)
        return result.events
    }

    private func span(_ whole: FlowSpan, _ rank: FlowMethod) -> FlowSpan {
        FlowSpan(id: "\(whole.id)/\(rank.instance ?? "")", parent: whole.id, caller: whole.callee, callee: rank)
    }
}
