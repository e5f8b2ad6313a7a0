/// Requests in the order of their arrival, as flat arrays with one element per request.
///
/// The one representation of request traffic: readers of every format and the generator produce it.
///
/// ```swift
/// let trace = try RequestTraceReader.read(path: "conversation_trace.jsonl")
/// for index in 0..<trace.count {
///     let blocks = trace.blockIDs[trace.blockRange(of: index)]
///     submit(at: trace.arrivalNanoseconds[index], prompt: trace.inputTokens[index], blocks)
/// }
/// ```
///
/// Guaranteed of a trace that was read or generated: arrivals ascend from 0; requests that arrive together stand in the
/// order of their lines; every prompt has at least one token; block ids are `0..<distinctBlocks` in the order of their
/// first appearance. Not guaranteed: output tokens may be 0 (``TraceSummary`` says so).
public struct RequestTrace: Sendable, Equatable {
    /// Arrival after the first request's, in nanoseconds, ascending.
    public var arrivalNanoseconds: [Int64] = []
    /// Tokens of the prompt, the reused part included.
    public var inputTokens: [Int32] = []
    /// Tokens that the request generated.
    public var outputTokens: [Int32] = []
    /// Tokens of one prefix block; 0: the trace knows no blocks, and the three block arrays are empty.
    public var blockTokens = 0
    /// Offsets into `blockIDs`: blocks of request `i` are `blockStart[i]..<blockStart[i + 1]`. `count + 1` elements.
    public var blockStart: [Int] = []
    /// Prefix blocks of all requests, the last of a request possibly partial. Equal ids mean an equal block *and* equal
    /// blocks before it, so a prefix cache may treat an id as the whole chain.
    public var blockIDs: [Int32] = []
    /// How many different block ids occur.
    public var distinctBlocks = 0
    /// Conversation that a request belongs to, dense from 0 in order of appearance; nil: the trace knows none.
    public var sessionIDs: [Int32]?
    /// Index of the request whose prompt and answer this one continues; -1: none. Nil: the trace knows none.
    public var previousRequest: [Int32]?
    /// Rows that the format marks as failed; they were counted and left out.
    public var failures = 0
    /// Rows of the file that arrived before the row above them and were sorted into place.
    public var reorderedRows = 0
    /// Block ids of the file that stood behind different blocks at different places and were told apart.
    public var rechainedBlocks = 0
    /// What spreading of coarse ticks did; nil: it was not asked for.
    public var ticksSpread: TickSpread?

    /// An empty trace, to be filled array by array.
    public init() {}

    /// How many requests there are.
    public var count: Int { arrivalNanoseconds.count }

    /// The part of `blockIDs` that belongs to request `index`; empty where the trace knows no blocks.
    @inlinable
    public func blockRange(of index: Int) -> Range<Int> {
        blockTokens == 0 ? 0..<0 : blockStart[index]..<blockStart[index + 1]
    }

    /// One request with copies of its values; for reports and tests rather than for loops over many requests.
    public subscript(index: Int) -> Request {
        Request(
            arrivalNanoseconds: arrivalNanoseconds[index],
            inputTokens: inputTokens[index],
            outputTokens: outputTokens[index],
            blockIDs: Array(blockIDs[blockRange(of: index)]),
            sessionID: sessionIDs?[index],
            previousRequest: previousRequest.flatMap { $0[index] < 0 ? nil : Int($0[index]) })
    }

    /// One request of a trace.
    public struct Request: Sendable, Equatable {
        /// Arrival after the trace's first, in nanoseconds.
        public var arrivalNanoseconds: Int64
        /// Tokens of the prompt.
        public var inputTokens: Int32
        /// Tokens of the answer.
        public var outputTokens: Int32
        /// Prefix blocks of the prompt; empty where the trace knows none.
        public var blockIDs: [Int32]
        /// Its conversation; nil where the trace knows none.
        public var sessionID: Int32?
        /// The request it continues, if any.
        public var previousRequest: Int?
    }
}

/// What spreading of coarse timestamps did to a trace.
public struct TickSpread: Sendable, Equatable {
    /// The tick that the timestamps were found to have; 0 where all arrived at one time.
    public var tickNanoseconds: Int64
    /// How many requests got a later arrival.
    public var requestsMoved: Int

    /// The report of one spreading.
    public init(tickNanoseconds: Int64, requestsMoved: Int) {
        self.tickNanoseconds = tickNanoseconds
        self.requestsMoved = requestsMoved
    }
}
