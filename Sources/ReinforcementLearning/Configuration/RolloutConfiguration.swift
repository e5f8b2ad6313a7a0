import EventEngine

/// How responses find their replica.
public enum DispatchPolicy: String, Sendable, CaseIterable {
    /// Replicas take from one queue whenever they have fewer in flight than their cap, the first replica first.
    case pull
    /// Prompts are dealt out in equal consecutive parts before anything runs.
    case fixed = "static"
    /// Each response goes to the replica with the fewest in flight.
    case leastLoaded = "least-loaded"
}

/// A time that is drawn.
public enum TimeDistribution: Sendable, Equatable {
    case constant(Nanoseconds)
    /// Lognormal with the mean of the values themselves and the deviation of their logarithms.
    case lognormal(mean: Double, sigma: Double)
    case exponential(mean: Double)

    /// Nanoseconds, rounded half to even.
    func draw(_ stream: inout RandomStream) -> Nanoseconds {
        switch self {
        case .constant(let value): return value
        case .lognormal(let mean, let sigma):
            // Mean exp(mu + sigma^2 / 2).
            let mu = PortableMath.log(mean) - sigma * sigma / 2
            return PortableMath.roundHalfToEven(min(stream.lognormal(mu: mu, sigma: sigma), 0x1p60))
        case .exponential(let mean): return PortableMath.roundHalfToEven(stream.exponential(mean: mean))
        }
    }
}

/// Tools that a response calls on its way.
public struct ToolCalls: Sendable, Equatable {
    /// Calls in each response, at equal distances.
    public var calls: Int
    /// Time that a call takes outside the cluster.
    public var latency: TimeDistribution
    /// Tokens that a call's answer adds to the context.
    public var resultTokens: Int

    public init(calls: Int, latency: TimeDistribution, resultTokens: Int) {
        self.calls = calls
        self.latency = latency
        self.resultTokens = resultTokens
    }
}

/// Who rates responses.
public enum RewardKind: String, Sendable, CaseIterable {
    /// Workers on hosts, beside generation.
    case rule
    /// A model of the policy's size on the training devices, after generation.
    case model
    case none
}

/// How responses are rated.
public struct RewardConfiguration: Sendable, Equatable {
    /// Workers on hosts, a model on the training devices, or nobody.
    public var kind: RewardKind
    /// Time that one rating takes.
    public var time: TimeDistribution
    /// A rating that takes longer ends then.
    public var timeout: Nanoseconds
    /// Ratings that may run at once.
    public var workers: Int

    public init(
        kind: RewardKind = .none, time: TimeDistribution = .constant(0), timeout: Nanoseconds = .max, workers: Int = 1
    ) {
        self.kind = kind
        self.time = time
        self.timeout = timeout
        self.workers = workers
    }
}

/// How responses are generated.
public struct RolloutConfiguration: Sendable, Equatable {
    /// How responses find their replica.
    public var dispatch: DispatchPolicy
    /// Responses that a replica has in flight at most, queued ones included.
    public var inFlightPerReplica: Int
    /// Longest response, for the parts of partial rollout.
    public var longestResponse: Int
    /// Tools that responses call; nil: none.
    public var tools: ToolCalls?
    /// Responses are taken from busy replicas by those that have run dry.
    public var migratesTail: Bool
    /// How responses are rated.
    public var reward: RewardConfiguration

    public init(
        dispatch: DispatchPolicy = .pull, inFlightPerReplica: Int, longestResponse: Int, tools: ToolCalls? = nil,
        migratesTail: Bool = false, reward: RewardConfiguration = RewardConfiguration()
    ) {
        self.dispatch = dispatch
        self.inFlightPerReplica = inFlightPerReplica
        self.longestResponse = longestResponse
        self.tools = tools
        self.migratesTail = migratesTail
        self.reward = reward
    }
}
