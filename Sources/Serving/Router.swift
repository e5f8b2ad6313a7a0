import EventEngine

/// What a router may know of a replica: what a real one can see or be told.
public struct ReplicaLoad: Sendable {
    /// Requests assigned and not yet through.
    public var outstanding: Int
    /// Share of the KV memory that assigned requests hold or will need for their prompts.
    public var keyValueShare: Double
    /// Prompt tokens still to be computed, as time on this replica's device, nanoseconds.
    public var queuedPrefill: Double
    /// What this request's uncached prompt tokens would take there, nanoseconds.
    public var ownPrefill: Double
}

/// Chooses the replica of a request. Policies know no output length.
public enum RoutingPolicy: String, Sendable, CaseIterable {
    /// Each in turn.
    case roundRobin = "round-robin"
    /// Fewest requests assigned.
    case leastLoaded = "least-loaded"
    /// Smallest share of KV memory held or promised.
    case leastKeyValue = "least-kv"
    /// The less loaded of two drawn at random.
    case powerOfTwo = "power-of-two"
    /// Soonest through prefill: queued prompt work plus this prompt's part that the replica has not cached.
    case prefixAware = "prefix-aware"

    /// Whether the policy asks each replica's cache for its longest matching prefix.
    var looksUpPrefix: Bool { self == .prefixAware }
}

/// The state of one router.
struct Router: Sendable {
    let policy: RoutingPolicy
    private var turn = 0
    private var random: RandomStream

    init(policy: RoutingPolicy, seed: UInt64, name: String) {
        self.policy = policy
        random = RandomStream(seed: seed, name: name)
    }

    /// Index of the chosen one among `count` replicas; ties go to the first after the last choice, so
    /// that equal replicas share even a trickle of requests.
    mutating func choose(among count: Int, load: (Int) -> ReplicaLoad) -> Int {
        let choice: Int
        switch policy {
        case .roundRobin:
            choice = turn % count
        case .leastLoaded:
            choice = smallest(count) { Double(load($0).outstanding) }
        case .leastKeyValue:
            choice = smallest(count) { load($0).keyValueShare }
        case .powerOfTwo:
            choice = lessLoadedOfTwo(count, load)
        case .prefixAware:
            choice = smallest(count) {
                let load = load($0)
                return load.queuedPrefill + load.ownPrefill
            }
        }
        turn = (choice + 1) % count
        return choice
    }

    private func smallest(_ count: Int, _ key: (Int) -> Double) -> Int {
        var best = turn % count
        var bestKey = key(best)
        for offset in 1..<max(count, 1) {
            let candidate = (turn + offset) % count
            let candidateKey = key(candidate)
            if candidateKey < bestKey {
                best = candidate
                bestKey = candidateKey
            }
        }
        return best
    }

    private mutating func lessLoadedOfTwo(_ count: Int, _ load: (Int) -> ReplicaLoad) -> Int {
        guard count > 1 else { return 0 }
        let first = random.uniform(below: count)
        var second = random.uniform(below: count - 1)
        if second >= first { second += 1 }
        return load(second).outstanding < load(first).outstanding ? second : first
    }
}
