import EventEngine
import Testing

@testable import Serving

/// A timeline shows what happened, and recording it changes nothing.
@Suite struct TimelineLawTests {
    private func recorded(
        _ example: ServingCase, _ level: TimelineLevel = .operator, fastForward: Bool = true
    ) throws -> ServingRun {
        var run = try example.run(fastForward: fastForward)
        run.record(level)
        run.run(until: example.until)
        return run
    }

    @Test func recordingChangesNothing() throws {
        for sample in SampleRuns.all.prefix(24) {
            for level in [TimelineLevel.job, .request, .operator] {
                #expect(try recorded(sample.example, level).report == sample.run.report, "seed \(sample.seed) \(level)")
            }
        }
        for seed in UInt64(0)..<12 {
            let failing = try RandomServing.failing(seed: seed), cut = try RandomServing.cut(seed: seed)
            #expect(try recorded(failing).report == failing.finished().report, "failing \(seed)")
            #expect(try recorded(cut).report == cut.finished().report, "cut \(seed)")
        }
    }

    @Test func slicesNestAndNeverOverlap() throws {
        var seen = 0
        for seed in UInt64(0)..<30 {
            for example in [
                RandomServing.example(seed: seed), try RandomServing.failing(seed: seed),
                try RandomServing.cut(seed: seed),
            ] {
                let reading = TimelineReading(try recorded(example).machine.timeline)
                #expect(reading.faults.isEmpty, "seed \(seed): \(reading.faults.first ?? "")")
                #expect(example.until < .max || !example.changes.isEmpty || reading.open == 0, "seed \(seed)")
                seen += reading.slices.count
            }
        }
        #expect(seen > 10_000)
    }

    /// The stages of a request in the timeline are those of its record, to the nanosecond.
    @Test func stagesAgreeWithTheRecords() throws {
        var compared = 0
        for sample in SampleRuns.all.prefix(60) {
            let reading = TimelineReading(try recorded(sample.example, .request).machine.timeline)
            for record in sample.records where record.stage == .completed && record.preemptions == 0 {
                func time(_ names: String...) -> Nanoseconds { reading.time(names, of: record.index) }
                let place: Comment = "seed \(sample.seed), request \(record.index)"
                #expect(time("queueing") == record.queueing, place)
                #expect(time("prefill") == record.prefill, place)
                #expect(time("waiting for decode") == record.decodeQueueing ?? 0, place)
                #expect(time("KV transfer") == record.transfer ?? 0, place)
                let stages = time(
                    "queueing", "prefill", "waiting for decode", "KV transfer", "waiting for the step under way",
                    "first decode step", "decode")
                #expect(stages == record.endToEnd, place)
                if sample.example.firstToken == .decode {
                    #expect(stages - time("decode") == record.timeToFirstToken, place)
                }
                compared += 1
            }
        }
        #expect(compared > 300)
    }

    /// Every step is there once, and together they are the time for which a replica was busy.
    @Test func stepsAgreeWithTheBooks() throws {
        for sample in SampleRuns.all.prefix(60) {
            let run = try recorded(sample.example, .step)
            let reading = TimelineReading(run.machine.timeline)
            for (name, replica) in zip(run.engine.replicaNames, run.engine.replicas) {
                let steps = reading.slices.filter { $0.depth == 0 && $0.track.hasPrefix("chat > \(name) on ")
                    && $0.track.hasSuffix("> steps") }
                #expect(steps.count == Int(replica.steps), "seed \(sample.seed)")
                #expect(steps.reduce(0) { $0 + $1.to - $1.from } == replica.busyNanoseconds, "seed \(sample.seed)")
                let prompts = steps.reduce(0) { $0 + ($1.arguments["prompt_tokens"] ?? 0) }
                #expect(prompts == replica.prefillTokens, "seed \(sample.seed)")
            }
        }
    }

    /// Steps that were summed in a loop are shown one by one, as if each had been an event.
    @Test func fastForwardShowsTheSameSteps() throws {
        for sample in SampleRuns.all.prefix(30) {
            let fast = TimelineReading(try recorded(sample.example).machine.timeline)
            let stepped = TimelineReading(try recorded(sample.example, fastForward: false).machine.timeline)
            #expect(byTrack(fast) == byTrack(stepped), "seed \(sample.seed)")
        }
    }

    private func byTrack(_ reading: TimelineReading) -> [String: [TimelineReading.Slice]] {
        Dictionary(grouping: reading.slices, by: \.track)
    }

    /// Operators fill a step up to what the host adds before them.
    @Test func operatorsFillTheirSteps() throws {
        var example = ServingCase(pools: ServingCase.separated())
        example.trace = .init(count: 3, input: 3000, output: 20)
        let reading = TimelineReading(try recorded(example).machine.timeline)
        let steps = reading.slices.filter { $0.depth == 0 && $0.track.hasSuffix("> steps") }
        for step in steps {
            let parts = reading.slices.filter {
                $0.track == step.track && $0.depth == 1 && $0.from >= step.from && $0.to <= step.to
            }
            let host = reading.slices.filter {
                $0.name == "schedule" && $0.from == step.from && $0.track == step.track.dropLast(5) + "host"
            }
            #expect(parts.count > 5 && host.count == 1)
            #expect(parts.first?.from == host.first?.to)
            #expect(parts.last.map { step.to - $0.to < 1_000_000 } ?? false)
        }
        #expect(steps.count > 20)
    }

    /// An arrow leads from the prompt's last step over the transfer to the first step on the decode side.
    @Test(arguments: TransferMode.allCases)
    func arrowsLeadFromPrefillToDecode(_ mode: TransferMode) throws {
        var example = ServingCase(pools: ServingCase.separated())
        example.transfer = mode
        example.trace = .init(count: 2, input: 500, output: 5)
        let reading = TimelineReading(try recorded(example, .step).machine.timeline)
        for (_, tracks) in reading.flows where tracks.count > 1 {
            #expect(tracks.first?.hasSuffix("> steps") ?? false)
            #expect(tracks.dropFirst().dropLast().allSatisfy { $0.contains("> KV out ") })
            #expect(tracks.last?.hasPrefix("chat > decode/0") ?? false)
        }
        #expect(reading.flows.values.count { $0.count > 2 } == 2)
    }
}
