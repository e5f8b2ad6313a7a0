/// How samples get from one stage of a step to the next.
public enum DataEngineKind: String, Sendable, CaseIterable {
    /// One replay buffer: a stage begins when the stage before has written every sample.
    case barrier
    /// Sample by sample: a stage takes what is there, from sharded warehouses through controllers of its own.
    case streaming
}

/// The settings of a data engine.
public struct DataEngineConfiguration: Sendable, Equatable {
    public var kind: DataEngineKind
    /// Shards of the store, each with its own bandwidth; samples go round among them.
    public var warehouses: Int
    /// Servers that answer requests for metadata; stages share them round-robin when there are fewer than stages.
    public var controllers: Int
    /// Samples that a consumer takes at once.
    public var chunkSamples: Int
    /// Chunks that a consumer may have taken and not finished, its own work on one of them included; 2 and
    /// more read ahead.
    public var inFlightChunks: Int
    /// Bytes that a sample occupies for each of its tokens in all columns together.
    public var bytesPerToken: Int
    /// Bytes of a sample beside its tokens: images, audio, video.
    public var payloadBytesPerSample: Int64
    /// What one warehouse reads or writes, in B/s.
    public var storeBytesPerSecond: Double
    /// One request for metadata, in nanoseconds.
    public var requestNanoseconds: Int64

    /// Settings; the defaults are those of text: 60 bytes a token, and the 2.5 GB/s that one node's object store
    /// was measured to deliver.
    public init(
        kind: DataEngineKind = .barrier, warehouses: Int = 1, controllers: Int = 1, chunkSamples: Int = 64,
        inFlightChunks: Int = 2, bytesPerToken: Int = 60, payloadBytesPerSample: Int64 = 0,
        storeBytesPerSecond: Double = 2.5e9, requestNanoseconds: Int64 = 500_000
    ) {
        self.kind = kind
        self.warehouses = warehouses
        self.controllers = controllers
        self.chunkSamples = chunkSamples
        self.inFlightChunks = inFlightChunks
        self.bytesPerToken = bytesPerToken
        self.payloadBytesPerSample = payloadBytesPerSample
        self.storeBytesPerSecond = storeBytesPerSecond
        self.requestNanoseconds = requestNanoseconds
    }

    /// Bytes of samples with so many tokens, all columns.
    public func bytes(tokens: Int64, samples: Int) -> Int64 {
        tokens * Int64(bytesPerToken) + Int64(samples) * payloadBytesPerSample
    }
}

/// A stage that consumes samples: reference, reward, old log-probabilities, update.
public struct DataStage: Sendable, Equatable {
    /// Its name in results.
    public var name: String
    /// Time of all samples together on this stage's devices, in nanoseconds; a chunk takes its share.
    public var nanoseconds: Int64
    /// Stages whose columns it reads, by index; empty for what rollout wrote. Only earlier stages.
    public var inputs: [Int]
    /// Devices that it runs on: stages of one number share them and take turns. Rollout is number 0.
    public var devices: Int
    /// Whether it takes samples as they come, where the engine streams.
    public var isStreamed: Bool
    /// Share of a sample's bytes that it reads, 0 to 1.
    public var readShare: Double
    /// Share of a sample's bytes that it writes.
    public var writtenShare: Double

    /// A stage; without shares it moves no bytes.
    public init(
        name: String, nanoseconds: Int64, inputs: [Int] = [], devices: Int, isStreamed: Bool = true,
        readShare: Double = 0, writtenShare: Double = 0
    ) {
        self.name = name
        self.nanoseconds = nanoseconds
        self.inputs = inputs
        self.devices = devices
        self.isStreamed = isStreamed
        self.readShare = readShare
        self.writtenShare = writtenShare
    }
}
