import EventEngine
import Hardware
import Serving

/// Batches of prompts that synchronous steps (and one-step-off ones) generate.
extension ReinforcementLearningEngine {
    /// Whether a generation ends with a batch, rather than going on for ever.
    var generatesBatches: Bool { configuration.schedule.kind != .async }

    /// Begins to generate for the next step.
    mutating func generate(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard generatesBatches else { return admit(at: now, &queue, &machine) }
        let carried = carriedSamples()
        var next = Generation()
        next.isActive = true
        next.start = now
        next.step = generations
        generations += 1
        next.isLongRound = deferred.count >= configuration.algorithm.promptsPerStep
        generation = next
        resumeCarried(carried)
        if generation.isLongRound {
            startDeferred()
        } else {
            startPrompts(configuration.promptsPerGeneration, at: now, &queue)
        }
        dispatch(at: now, &queue, &machine)
    }

    /// Prompts of a step's next batch.
    private mutating func startPrompts(_ count: Int, at now: Nanoseconds, _ queue: inout EventQueue) {
        let prompts = configuration.lengths.batch(
            step: generation.step, batch: generation.batches, prompts: count, samplesPerPrompt: samplesPerGroup,
            seed: configuration.seed, name: configuration.name)
        generation.batches += 1
        for prompt in 0..<prompts.prompts { startGroup(prompts, prompt, at: now, &queue) }
    }

    /// Puts one prompt's samples into the queue.
    mutating func startGroup(
        _ prompts: RolloutBatch, _ prompt: Int, at now: Nanoseconds, _ queue: inout EventQueue
    ) {
        let group = freeGroups.popLast() ?? appendGroup()
        let slot = Int(group)
        groups[slot].stage = .generating
        groups[slot].use += 1
        groups[slot].promptTokens = prompts.promptTokens[prompt]
        groups[slot].finished = 0
        groups[slot].live = Int32(samplesPerGroup)
        groups[slot].version = Int32(rolloutVersion)
        groups[slot].startedAt = now
        groups[slot].rewardsAt = now
        groups[slot].ordinal = startedGroups
        startedGroups += 1
        startedSinceSync += 1
        generation.groups += 1
        let tools = configuration.rollout.tools
        for sample in sampleRange(of: group) {
            let index = prompt * samplesPerGroup + sample - slot * samplesPerGroup
            var state = RolloutSample(responseTokens: prompts.responseTokens[index])
            if let tools {
                state.calls = Int32(min(tools.calls, Int(state.responseTokens) - 1))
                state.responseTokens += state.calls * Int32(tools.resultTokens)
            } else if !prompts.toolNanoseconds.isEmpty, prompts.toolNanoseconds[index] > 0, state.responseTokens > 1 {
                state.calls = 1
                state.toolNanoseconds = prompts.toolNanoseconds[index]
            }
            samples[sample] = state
            enter(Int32(sample))
        }
        counts.startedSamples += samplesPerGroup
        if let fixed = configuration.times.fixed { scheduleFixed(group, fixed, at: now, &queue) }
    }

    /// A sample joins the generation under way.
    private mutating func enter(_ sample: Int32) {
        let limit = partLimit
        let index = Int(sample)
        samples[index].stage = .pending
        samples[index].splits += 1
        samples[index].cap = samples[index].splits >= Int32(configuration.schedule.partialRollout.maximumSplit)
            ? .max : samples[index].done + limit
        generation.liveSamples += 1
        generation.startedSamples += 1
        if configuration.times.fixed == nil { pending.append(sample) }
    }

    /// Tokens of a response that one step generates at most.
    private var partLimit: Int32 {
        let split = configuration.schedule.partialRollout.maximumSplit
        return Int32((configuration.rollout.longestResponse + split - 1) / split)
    }

    private mutating func appendGroup() -> Int32 {
        groups.append(RolloutGroup())
        samples.append(contentsOf: repeatElement(RolloutSample(responseTokens: 1), count: samplesPerGroup))
        return Int32(groups.count - 1)
    }

    // MARK: Carried and deferred

    private func carriedSamples() -> [Int32] {
        groups.indices.filter { groups[$0].stage == .generating }
            .sorted { groups[$0].ordinal < groups[$1].ordinal }
            .flatMap { group in
                sampleRange(of: Int32(group)).filter { samples[$0].stage == .carried }.map { Int32($0) }
            }
    }

    /// Samples that were begun in earlier steps go first.
    private mutating func resumeCarried(_ carried: [Int32]) {
        var last: Int32 = -1
        for sample in carried {
            let group = sample / Int32(samplesPerGroup)
            if group != last {
                generation.groups += 1
                last = group
            }
            counts.carriedSamples += 1
            enter(sample)
        }
    }

    private mutating func startDeferred() {
        let count = configuration.algorithm.promptsPerStep
        for group in deferred.prefix(count) {
            generation.groups += 1
            groups[Int(group)].stage = .generating
            groups[Int(group)].finished = 0
            groups[Int(group)].live = Int32(samplesPerGroup)
            groups[Int(group)].version = Int32(rolloutVersion)
            groups[Int(group)].startedAt = generation.start
            for sample in sampleRange(of: group) {
                samples[sample].done = 0
                samples[sample].attributed = 0
                samples[sample].segments.removeAll()
                samples[sample].splits = 0
                samples[sample].toolsCalled = 0
                enter(Int32(sample))
            }
        }
        deferred.removeFirst(count)
        counts.longRounds += 1
    }

    // MARK: The end of a generation

    /// Whether what is generated is enough for the step.
    var isGenerated: Bool {
        guard generation.isActive else { return true }
        let wanted = configuration.algorithm.promptsPerStep
        if configuration.algorithm.dynamicSampling != nil {
            return generation.liveSamples == 0 && isFullyRated && (ready.count >= wanted || !mayGenerateMore)
        }
        let partial = configuration.schedule.partialRollout
        if partial.isOn {
            guard generation.generatedGroups > 0 else { return false }
            let needed = Int((Double(generation.groups) * partial.stopFraction).rounded(.up))
            return generation.liveSamples == 0 || partial.stopFraction < 1 && generation.generatedGroups >= needed
        }
        return generation.generatedGroups >= min(wanted, generation.groups) || generation.liveSamples == 0
    }

    private var isFullyRated: Bool { !groups.contains { $0.stage == .generated } }

    private var mayGenerateMore: Bool {
        guard let sampling = configuration.algorithm.dynamicSampling else { return false }
        return generation.batches < sampling.maximumBatches
    }

    /// A generation in which nothing runs any more but that has not enough goes on: with the rest of carried
    /// responses, or with more prompts where groups were filtered out.
    mutating func continueGeneration(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard generatesBatches, generation.isActive, generation.liveSamples == 0, !isGenerated else { return }
        if configuration.algorithm.dynamicSampling != nil {
            guard isFullyRated, mayGenerateMore else { return }
            startPrompts(configuration.promptsPerGeneration, at: now, &queue)
        } else {
            let carried = carriedSamples()
            guard !carried.isEmpty else { return }
            generation.groups = 0
            resumeCarried(carried)
        }
        dispatch(at: now, &queue, &machine)
    }

    /// Ends the generation; its complete groups are trained on, the rest is carried, put off or dropped.
    mutating func takeGeneratedBatch(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard generation.isActive else { return takeBatch([], at: now) }
        current.generationNanoseconds += now - generation.start
        if generation.ninetyPercentAt >= 0 { current.tailNanoseconds += now - generation.ninetyPercentAt }
        let isEarly = generation.liveSamples > 0
        generation.isActive = false
        if isEarly { interruptGeneration(at: now, &queue, &machine) }
        var complete = groups.indices.filter { groups[$0].stage == .generated || groups[$0].stage == .ready }
            .sorted { groups[$0].ordinal < groups[$1].ordinal }.map { Int32($0) }
        if configuration.algorithm.dynamicSampling != nil { complete.removeAll { groups[Int($0)].stage != .ready } }
        let limit = configuration.schedule.partialRollout.isOn ? complete.count : configuration.algorithm.promptsPerStep
        for group in complete.dropFirst(limit) { drop(group) }
        ready.removeAll(keepingCapacity: true)
        takeBatch(Array(complete.prefix(limit)), at: now)
    }

    /// Stops all replicas; what they ran is carried where responses may be partial, else put off or dropped.
    private mutating func interruptGeneration(
        at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        isHeld = true
        for replica in 0..<rollout.replicaCount { rollout.halt(replica, at: now, &queue, &machine) }
        collect(at: now, &queue, &machine)
        isHeld = false
        pending.removeAll()
        let resultTokens = Int32(configuration.rollout.tools?.resultTokens ?? 0)
        let isPartial = configuration.schedule.partialRollout.isOn
        for index in groups.indices where groups[index].stage == .generating {
            for sample in sampleRange(of: Int32(index)) where samples[sample].stage != .finished {
                if samples[sample].stage == .calling {
                    // Its tool answers before the next step begins.
                    samples[sample].done += resultTokens
                    samples[sample].attributed += resultTokens
                    counts.toolTokens += Int64(resultTokens)
                }
                samples[sample].stage = isPartial ? .carried : .dropped
            }
            if isPartial { continue }
            if configuration.schedule.overSampling.defersTail {
                counts.discardedTokens += sampleRange(of: Int32(index)).reduce(0) { $0 + Int64(samples[$1].done) }
                groups[index].stage = .deferred
                deferred.append(Int32(index))
            } else {
                drop(Int32(index))
            }
        }
        generation.liveSamples = 0
    }

    /// A group that nobody trains on.
    mutating func drop(_ group: Int32) {
        counts.droppedGroups += 1
        counts.discardedTokens += sampleRange(of: group).reduce(0) { $0 + Int64(samples[$1].done) }
        release(group)
    }

    mutating func release(_ group: Int32) {
        groups[Int(group)].stage = .free
        groups[Int(group)].use += 1
        freeGroups.append(group)
    }
}
