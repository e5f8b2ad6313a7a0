import EventEngine
import Metrics

/// What a serving workload did, summed over its requests.
public struct ServingOutcome: Sendable {
    /// Requests that arrived before the end of the run.
    public var arrived = 0
    /// Requests that got their last token.
    public var completed = 0
    /// Requests turned away, by reason; reasons that did not occur are left out.
    public var rejected: [(reason: RejectionReason, count: Int)] = []
    /// Requests that were neither completed nor turned away when the run ended.
    public var unfinished = 0
    /// From the first arrival to the last completion, or to the last event of a run that was cut.
    public var makespan: Nanoseconds = 0
    /// Tokens of completed requests.
    public var inputTokens: Int64 = 0
    /// Tokens generated for completed requests.
    public var outputTokens: Int64 = 0
    /// From arrival to the first token, in seconds, over completed requests.
    public var timeToFirstToken: Distribution?
    /// Each request's mean time between its tokens, in seconds; requests of one token have none.
    public var timePerOutputToken: Distribution?
    /// Every time between two neighbouring tokens of a request, in seconds.
    public var interTokenLatency: Distribution?
    /// From arrival to the last token, in seconds, over completed requests.
    public var endToEnd: Distribution?
    /// From arrival until the prompt is first scheduled, in seconds.
    public var queueing: Distribution?
    /// From then until the prompt is computed, in seconds.
    public var prefill: Distribution?
    /// From then until the decode side has reserved room, in seconds.
    public var decodeQueueing: Distribution?
    /// What the transfer of KV alone adds, in seconds.
    public var transfer: Distribution?
    /// Requests that met the objective, when there is one.
    public var good: Int?
    /// Units of prompts that prefix caches held, summed over admissions.
    public var prefixUnitsHit: Int64 = 0
    /// Units of prompts that were looked up in prefix caches, summed over admissions.
    public var prefixUnitsLookedUp: Int64 = 0
    /// Prompt tokens whose KV came from a prefix cache.
    public var prefixTokensHit: Int64 = 0
    /// Times a request lost its KV blocks to others, over all pools.
    public var preemptions = 0
    /// Starts over that device failures forced, over all requests.
    public var restarts = 0
    /// Transfers of KV between replicas.
    public var transfers = 0
    /// Bytes of KV that crossed links.
    public var transferBytes: Int64 = 0
    /// What each pool did, in the order of the scenario.
    public var pools: [PoolOutcome] = []
    /// What must come out even.
    public var checks: [ConservationCheck] = []

    /// Requests turned away for any reason.
    public var rejectedCount: Int { rejected.reduce(0) { $0 + $1.count } }
}

/// What the replicas of one pool did.
public struct PoolOutcome: Sendable {
    /// Its name in the scenario.
    public var name: String
    /// Whether its replicas compute prompts, generate, or both.
    public var role: PoolRole
    /// Number of replicas.
    public var replicas: Int
    /// Devices of all its replicas.
    public var devices: Int
    /// Share of the makespan in which the replicas computed, on average.
    public var utilisation: Double
    /// Share of the makespan in which requests waited in a replica's queue, on average.
    public var queueShare: Double
    /// Share of the makespan in which replicas were down, on average.
    public var downShare: Double
    /// Forward passes, summed over replicas.
    public var steps: Int64
    /// Requests that its replicas served, summed over them.
    public var requests: Int
    /// Requests per replica, in order: an even router loads them evenly.
    public var requestsPerReplica: [Int]
    /// Prompt tokens computed, those computed again included.
    public var prefillTokens: Int64
    /// Tokens generated.
    public var decodeTokens: Int64
    /// Times a request lost its KV blocks to others.
    public var preemptions: Int
    /// KV blocks of one replica.
    public var keyValueBlocks: Int
    /// Largest share of a replica's KV blocks in use at once.
    public var peakKeyValueShare: Double
    /// Units of prefixes that caches gave up to make room.
    public var evictedUnits: Int
    /// Time in which replicas computed, summed over them.
    public var busyNanoseconds: Nanoseconds
}

/// Something that must hold whatever the scenario: what was expected and what was found.
public struct ConservationCheck: Sendable {
    /// What is counted, by its name in results.
    public var name: String
    /// The count that follows from the input or from other counts.
    public var expected: Int64
    /// The count at the end of the run.
    public var found: Int64
    /// Whether both counts are equal.
    public var holds: Bool { expected == found }

    /// A check of what was expected against what was found.
    public init(name: String, expected: Int64, found: Int64) {
        self.name = name
        self.expected = expected
        self.found = found
    }
}

extension ServingEngine {
    /// Records of all requests, in order of arrival.
    public var records: [RequestRecord] {
        requests.indices.map { RequestRecord(requests[$0], index: $0) }
    }

    /// Names of replicas as records count them: pool and index within it.
    public var replicaNames: [String] {
        var next = Array(repeating: 0, count: configuration.pools.count)
        return replicas.map { replica in
            defer { next[replica.pool] += 1 }
            return "\(configuration.pools[replica.pool].name)/\(next[replica.pool])"
        }
    }

    /// Sums up the run.
    /// - Parameter objective: what counts as good.
    public func outcome(objective: ServiceLevelObjective) -> ServingOutcome {
        var outcome = ServingOutcome()
        outcome.arrived = nextArrival
        outcome.completed = completed
        outcome.rejected = RejectionReason.allCases.compactMap { reason in
            let count = requests.reduce(0) { $0 + ($1.rejection == reason ? 1 : 0) }
            return count > 0 ? (reason, count) : nil
        }
        outcome.unfinished = requests.prefix(nextArrival).count { $0.stage != .completed && $0.stage != .rejected }
        outcome.prefixUnitsHit = unitsHit
        outcome.prefixUnitsLookedUp = unitsLookedUp
        outcome.transfers = transfers
        outcome.transferBytes = transferBytes
        sumRequests(&outcome, objective)
        outcome.pools = configuration.pools.indices.map { poolOutcome($0, makespan: outcome.makespan) }
        outcome.preemptions = outcome.pools.reduce(0) { $0 + $1.preemptions }
        outcome.checks = checks(outcome)
        return outcome
    }

    private func sumRequests(_ outcome: inout ServingOutcome, _ objective: ServiceLevelObjective) {
        var first: [Nanoseconds] = [], perToken: [Nanoseconds] = [], total: [Nanoseconds] = []
        var queueing: [Nanoseconds] = [], prefill: [Nanoseconds] = []
        var decodeQueueing: [Nanoseconds] = [], transfer: [Nanoseconds] = []
        first.reserveCapacity(completed)
        total.reserveCapacity(completed)
        var good = 0, last: Nanoseconds = 0
        for index in requests.indices.prefix(nextArrival) {
            outcome.restarts += Int(requests[index].restarts)
            outcome.prefixTokensHit += Int64(requests[index].prefixTokensHit)
            guard requests[index].stage == .completed else { continue }
            let record = RequestRecord(requests[index], index: index)
            outcome.inputTokens += Int64(record.inputTokens)
            outcome.outputTokens += Int64(record.outputTokens)
            last = max(last, requests[index].completion)
            if let value = record.timeToFirstToken { first.append(value) }
            if let value = record.timePerOutputToken { perToken.append(value) }
            if let value = record.endToEnd { total.append(value) }
            if let value = record.queueing { queueing.append(value) }
            if let value = record.prefill { prefill.append(value) }
            if let value = record.decodeQueueing { decodeQueueing.append(value) }
            if let value = record.transfer { transfer.append(value) }
            if objective.isMet(by: record) { good += 1 }
        }
        let end = outcome.unfinished > 0 ? lastActivity : last
        outcome.makespan = max(0, end - (requests.first?.arrival ?? 0))
        outcome.timeToFirstToken = Distribution(nanoseconds: first)
        outcome.timePerOutputToken = Distribution(nanoseconds: perToken)
        outcome.endToEnd = Distribution(nanoseconds: total)
        outcome.queueing = Distribution(nanoseconds: queueing)
        outcome.prefill = Distribution(nanoseconds: prefill)
        outcome.decodeQueueing = Distribution(nanoseconds: decodeQueueing)
        outcome.transfer = Distribution(nanoseconds: transfer)
        outcome.good = objective.isSet ? good : nil
        var intervals = LatencyHistogram()
        for replica in replicas { intervals.merge(replica.intervals) }
        for interval in otherIntervals { intervals.record(interval) }
        outcome.interTokenLatency = intervals.distribution
    }

    private func poolOutcome(_ pool: Int, makespan: Nanoseconds) -> PoolOutcome {
        let members = replicas.filter { $0.pool == pool }
        let busy = members.reduce(0) { $0 + $1.busyNanoseconds }
        let end = (requests.first?.arrival ?? 0) + makespan
        let queued = members.reduce(0) { $0 + $1.queuedNanoseconds(at: end) }
        let down = members.reduce(0) { sum, replica in
            sum + replica.downNanoseconds + (replica.isDown ? max(0, end - replica.downSince) : 0)
        }
        let replicaTime = Double(makespan) * Double(members.count)
        let blocks = configuration.pools[pool].blocks
        let share = members.map { Double($0.cache.peakUsedBlocks) / Double(blocks) }.max() ?? 0
        return PoolOutcome(
            name: configuration.pools[pool].name, role: configuration.pools[pool].role, replicas: members.count,
            devices: members.reduce(0) { $0 + $1.devices.count },
            utilisation: makespan > 0 ? Double(busy) / replicaTime : 0,
            queueShare: makespan > 0 ? Double(queued) / replicaTime : 0,
            downShare: makespan > 0 ? Double(down) / replicaTime : 0,
            steps: members.reduce(0) { $0 + $1.steps }, requests: members.reduce(0) { $0 + $1.requestsServed },
            requestsPerReplica: members.map(\.requestsServed),
            prefillTokens: members.reduce(0) { $0 + $1.prefillTokens },
            decodeTokens: members.reduce(0) { $0 + $1.decodeTokens },
            preemptions: members.reduce(0) { $0 + $1.preemptions },
            keyValueBlocks: configuration.pools[pool].blocks, peakKeyValueShare: share,
            evictedUnits: members.reduce(0) { $0 + $1.cache.evictedUnits }, busyNanoseconds: busy)
    }

    /// What must hold at the end of any run.
    private func checks(_ outcome: ServingOutcome) -> [ConservationCheck] {
        // A request that did not fit any more after a failure had generated something too.
        let generated = requests.reduce(Int64(0)) {
            $0 + Int64($1.stage == .completed ? $1.outputTokens : $1.generated)
        }
        var list = [
            ConservationCheck(
                name: "requests", expected: Int64(outcome.arrived),
                found: Int64(outcome.completed + outcome.rejectedCount + outcome.unfinished))
        ]
        // A cut run leaves requests inside; the rest must come out even.
        guard outcome.unfinished == 0 else { return list }
        let produced = replicas.reduce(Int64(0)) { $0 + $1.decodeTokens }
        list.append(ConservationCheck(name: "output_tokens", expected: generated, found: produced))
        let held = replicas.reduce(0) { $0 + $1.cache.usedBlocks }
        list.append(ConservationCheck(name: "kv_blocks_held", expected: 0, found: Int64(held)))
        let moved = requests.reduce(Int64(0)) { $0 + $1.transferBytes }
        list.append(ConservationCheck(name: "kv_transfer_bytes", expected: moved, found: transferBytes))
        return list
    }
}
