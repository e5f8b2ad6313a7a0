import EventEngine
import Hardware
import ModelGraph
import Timing

/// Steps of a replica in a timeline.
extension ServingEngine {
    /// A pass has decided what a replica does next.
    mutating func recordPlan(_ replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        for request in timeline.preempted {
            timeline.stage(request, timeline.names.preempted, at: now, &machine.timeline)
        }
        timeline.preempted.removeAll(keepingCapacity: true)
        for chunk in replicas[replica].planChunks {
            let stage = timeline.places[Int(chunk.request)].stage
            guard stage != timeline.names.prefill, stage != timeline.names.prefillAgain else { continue }
            let isAgain = requests[Int(chunk.request)].preemptions > 0 || requests[Int(chunk.request)].restarts > 0
            timeline.stage(
                chunk.request, isAgain ? timeline.names.prefillAgain : timeline.names.prefill, at: now,
                &machine.timeline)
        }
        for request in replicas[replica].fresh {
            timeline.stage(request, timeline.names.firstDecode, at: now, &machine.timeline)
        }
        if replicas[replica].isBusy, !replicas[replica].planChunks.isEmpty, machine.timeline.records(.step) {
            beginMixedStep(replica, at: now, &machine.timeline)
        }
        recordCounters(replica, at: now, &machine)
    }

    /// A step with prompts begins: its transfers, which may start while it runs, follow from it.
    private mutating func beginMixedStep(_ replica: Int, at now: Nanoseconds, _ recorder: inout TimelineRecorder) {
        let sequences = replicas[replica].batch.count
        let tokens = replicas[replica].planChunks.reduce(Int64(0)) { $0 + Int64($1.tokens) }
        let name = sequences > 0 ? timeline.names.mixedStep : timeline.names.prefillStep
        recorder.begin(timeline.rows[replica].steps, name, at: now)
        recorder.argument(timeline.names.tokens, tokens)
        if sequences > 0 { recorder.argument(timeline.names.sequences, Int64(sequences)) }
        if replicas[replica].role == .prefill {
            for chunk in replicas[replica].planChunks where leadsOn(chunk) {
                let flow = recorder.newFlow()
                timeline.places[Int(chunk.request)].flow = flow
                recorder.flow(flow)
            }
        }
        endFlows(replica, &recorder)
    }

    /// Whether something happens elsewhere because of a chunk: a push, or the hand-over of the whole prompt.
    private func leadsOn(_ chunk: PlannedChunk) -> Bool {
        configuration.transfer.mode == .layerwisePush || finishesPrompt(chunk)
    }

    private func finishesPrompt(_ chunk: PlannedChunk) -> Bool {
        requests[Int(chunk.request)].computed + chunk.tokens == requests[Int(chunk.request)].target
    }

    /// The arrows of KV that came from the prefill side end at the first step.
    private mutating func endFlows(_ replica: Int, _ recorder: inout TimelineRecorder) {
        for request in replicas[replica].fresh where timeline.places[Int(request)].flow >= 0 {
            recorder.endFlow(timeline.places[Int(request)].flow)
            timeline.places[Int(request)].flow = -1
        }
    }

    /// Steps of the plan under way have run; called before they are booked.
    /// - Parameter ended: how many of the planned steps; the next one is cut short.
    mutating func recordSteps(_ replica: Int, ended: Int, at now: Nanoseconds, _ machine: inout Machine) {
        let isMixed = !replicas[replica].planChunks.isEmpty
        if machine.timeline.records(.step) {
            if isMixed {
                endMixedStep(replica, at: now, &machine.timeline)
            } else {
                recordDecodePlan(replica, ended, &machine.timeline)
            }
        }
        guard ended > 0 else { return }
        for request in replicas[replica].fresh {
            timeline.stage(request, timeline.names.decode, at: replicas[replica].planEnds[0], &machine.timeline)
        }
        for chunk in replicas[replica].planChunks { recordChunk(chunk, replica, at: now, &machine.timeline) }
    }

    private mutating func recordChunk(
        _ chunk: PlannedChunk, _ replica: Int, at now: Nanoseconds, _ recorder: inout TimelineRecorder
    ) {
        let start = replicas[replica].planStart
        if recorder.records(.step, from: start, to: now) {
            timeline.part(chunk.request, timeline.names.chunk, from: start, to: now, &recorder)
            recorder.argument(timeline.names.tokens, Int64(chunk.tokens))
        }
        guard finishesPrompt(chunk) else { return }
        let isPushed = configuration.transfer.mode == .layerwisePush
        let next = replicas[replica].role != .prefill ? timeline.names.decode
            : isPushed ? timeline.names.transfer : timeline.names.decodeWaiting
        timeline.stage(chunk.request, next, at: now, &recorder)
    }

    // MARK: Steps and what is inside them

    private func endMixedStep(_ replica: Int, at now: Nanoseconds, _ recorder: inout TimelineRecorder) {
        let start = replicas[replica].planStart
        if recorder.records(.operator, from: start, to: now) {
            var reader = replicas[replica].batch.reader
            reader.advance(to: replicas[replica].batch.tick + 1)
            let planned = replicas[replica].planChunks, sequences = replicas[replica].batch.count
            recordOperators(
                StepShape(
                    chunks: planned.map {
                        PrefillChunk(tokens: Int($0.tokens), priorContext: Int(requests[Int($0.request)].computed))
                    },
                    decodeSequences: sequences, decodeContextTokens: reader.full, decodeWindowTokens: reader.windowed,
                    decodeSquaredContext: reader.squares, logitRows: sequences + planned.count { finishesPrompt($0) }),
                replica, from: start, to: now, &recorder)
        }
        recorder.end(timeline.rows[replica].steps, at: now)
    }

    /// Each step of a plan that was summed up.
    private mutating func recordDecodePlan(_ replica: Int, _ ended: Int, _ recorder: inout TimelineRecorder) {
        let count = replicas[replica].batch.count, track = timeline.rows[replica].steps
        var reader = replicas[replica].batch.reader
        var start = replicas[replica].planStart
        for step in 0..<ended {
            let end = replicas[replica].planEnds[step]
            reader.advance(to: replicas[replica].batch.tick + Int64(step) + 1)
            if recorder.records(.step, from: start, to: end) {
                recorder.begin(track, timeline.names.decodeStep, at: start)
                recorder.argument(timeline.names.sequences, Int64(count))
                recorder.argument(timeline.names.contextTokens, reader.full)
                if step == 0 { endFlows(replica, &recorder) }
                if recorder.records(.operator) {
                    let shape = StepShape(
                        decodeSequences: count, decodeContextTokens: reader.full,
                        decodeWindowTokens: reader.windowed, decodeSquaredContext: reader.squares, logitRows: count)
                    recordOperators(shape, replica, from: start, to: end, &recorder)
                }
                recorder.end(track, at: end)
            }
            start = end
        }
    }

    /// The parts of a step one after the other, all layers of a kind together; on the host's row what it does.
    private func recordOperators(
        _ shape: StepShape, _ replica: Int, from start: Nanoseconds, to end: Nanoseconds,
        _ recorder: inout TimelineRecorder
    ) {
        let breakdown = costs[replicas[replica].pool].breakdown(of: shape), row = timeline.rows[replica]
        var time = min(end, start + breakdown.overheadNanoseconds)
        recorder.slice(row.host, timeline.names.schedule, from: start, to: time)
        let launched = min(end, time + breakdown.launchNanoseconds)
        recorder.slice(row.host, timeline.names.launch, from: time, to: launched)
        for part in breakdown.parts where part.nanoseconds > 0 {
            let name = recorder.name(part.name)
            recorder.begin(row.steps, name, at: time)
            recorder.argument(timeline.names.launches, Int64(part.launches))
            time = min(end, time + part.nanoseconds)
            recorder.end(row.steps, at: time)
        }
    }
}
