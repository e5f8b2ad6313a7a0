import Hardware
import JSONText
import Scenario
import Scheduling

extension VariantRun {
    /// What came of the events of a workload of jobs, those of virtual clusters and then drains, each in order of time;
    /// nil where it has none.
    func jobsEvents(_ engine: SchedulingEngine) -> JSONValue? {
        let configuration = engine.configuration
        guard !configuration.clusterEvents.isEmpty || !configuration.drains.isEmpty else { return nil }
        // Events later than the end of the run have no answer.
        let verbs = zip(configuration.clusterEvents, engine.clusterAnswers).map { event, answer in
            json(event.verb, answer, at: event.time)
        }
        return .array(verbs + configuration.drains.map { json($0, engine) })
    }

    private func json(
        _ verb: VirtualClusterVerb, _ answer: VirtualClusterAnswer, at time: Int64
    ) -> JSONValue {
        var object: JSONObject = [
            "at_s": .real(seconds(time)), "kind": .string(verb.kind), "name": .string(verb.cluster),
        ]
        switch answer {
        case .done(let revision):
            object["answer"] = "done"
            object["revision"] = .init(revision)
        case .refused(let reason, let sets):
            object["answer"] = "refused"
            object["reason"] = .string(reason.name)
            if case .staleRevision(let latest) = reason { object["revision"] = .init(latest) }
            if reason == .nodesBusy { object["would_fit"] = .object(json(sets)) }
        }
        return .object(object)
    }

    private func json(_ sets: [ReplicaSet]) -> JSONObject {
        JSONObject(sets.map { (world.machine.cluster.layout.groups[$0.group].name, JSONValue.init($0.nodes)) })
    }

    private func json(_ drain: NodeDrain, _ engine: SchedulingEngine) -> JSONValue {
        let outcome = engine.outcome(of: drain)
        return [
            "at_s": .real(seconds(drain.time)), "kind": "drain",
            "name": .string(world.machine.cluster.layout.name(of: drain.node)),
            "jobs_preempted": .init(outcome.preempted),
            "empty_s": outcome.empty.map { .real(seconds($0)) } ?? .null,
        ]
    }
}

extension SummaryTable {
    /// A line for every verb of virtual clusters that was refused, and how many were done.
    static func clusterAnswers(_ run: VariantRun, _ engine: SchedulingEngine) -> String {
        let answers = zip(engine.configuration.clusterEvents, engine.clusterAnswers)
        guard !engine.clusterAnswers.isEmpty else { return "" }
        let groups = run.world.machine.cluster.layout.groups
        var lines: [String] = []
        for (event, answer) in answers {
            guard case .refused(let reason, let sets) = answer else { continue }
            var line =
                "  refused: \(event.verb.kind) \(event.verb.cluster) at \(time(seconds(event.time))): \(reason.name)"
            if reason == .nodesBusy {
                let fit = sets.map { "\($0.nodes) x \(groups[$0.group].name)" }
                line += ", would fit: \(fit.isEmpty ? "nothing" : fit.joined(separator: ", "))"
            }
            lines.append(line)
        }
        let head =
            "\nVirtual clusters, \(run.name): \(engine.clusterAnswers.count - lines.count) of "
            + "\(engine.clusterAnswers.count) verbs done"
        return ([head] + lines).joined(separator: "\n")
    }
}
