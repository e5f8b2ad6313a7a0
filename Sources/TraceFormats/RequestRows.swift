/// One request as a format's reader found it.
struct RequestRow {
    /// By the file's own clock.
    var arrivalNanoseconds: Int64
    var inputTokens: Int64
    var outputTokens: Int64
}

/// Collects the rows of a file in its order, checks them, and makes a trace of them.
struct RequestRows {
    let file: String
    let fields: RequestFields
    private(set) var arrivals: [Int64] = []
    private(set) var inputs: [Int32] = []
    private(set) var outputs: [Int32] = []
    /// Tokens per block; 0 where the file has no block ids.
    private(set) var blockTokens = 0
    private(set) var blockStart = [0]
    private(set) var blocks: [Int32] = []
    private(set) var chain = BlockChain()
    /// Per row, where the format has conversations.
    private(set) var sessions: [Int32] = []
    private(set) var previous: [Int32] = []
    var failures = 0

    init(file: String, fields: RequestFields) {
        self.file = file
        self.fields = fields
    }

    var count: Int { arrivals.count }

    /// Adds a request without blocks.
    mutating func append(_ row: RequestRow, _ lines: borrowing LineReader) throws(TraceProblem) {
        guard row.arrivalNanoseconds >= 0 else {
            throw lines.problem(field: fields.arrival, found: "found a negative time", remedy: "count time from 0")
        }
        guard row.inputTokens > 0, row.inputTokens <= Int32.max else {
            throw lines.problem(
                field: fields.input, found: "found \(row.inputTokens)",
                remedy: "a prompt has between 1 and \(Int32.max) tokens")
        }
        guard row.outputTokens >= 0, row.outputTokens <= Int32.max else {
            throw lines.problem(
                field: fields.output, found: "found \(row.outputTokens)",
                remedy: "an answer has between 0 and \(Int32.max) tokens")
        }
        guard count < Int32.max else {
            throw lines.problem(found: "more than \(Int32.max) requests", remedy: "split the trace")
        }
        arrivals.append(row.arrivalNanoseconds)
        inputs.append(Int32(row.inputTokens))
        outputs.append(Int32(row.outputTokens))
    }

    /// Adds the blocks of the request added last. All requests of a file have blocks, or none has.
    mutating func append(
        blocks ids: [Int64], ofTokens tokens: Int, _ lines: borrowing LineReader
    ) throws(TraceProblem) {
        let expected = (Int(inputs[count - 1]) + tokens - 1) / tokens
        guard ids.count == expected else {
            throw lines.problem(
                field: fields.blocks, found: "found \(ids.count) blocks for \(inputs[count - 1]) tokens",
                remedy: "\(expected) blocks of \(tokens) tokens are needed, the last one possibly partial")
        }
        guard blockStart.count == count else {
            throw lines.problem(
                field: fields.blocks, found: "blocks here but not on the lines above",
                remedy: "give every request its blocks, or none")
        }
        blockTokens = tokens
        chain.append(ids, to: &blocks)
        blockStart.append(blocks.count)
    }

    /// Checks that the request added last, which came without blocks, has none above it that came with them.
    func requireNoBlocksAbove(_ lines: borrowing LineReader) throws(TraceProblem) {
        guard blockStart.count == 1 else {
            throw lines.problem(
                field: fields.blocks, found: "no blocks here but on the lines above",
                remedy: "give every request its blocks, or none")
        }
    }

    /// Adds the conversation of the request added last, and the row that it continues (-1: none).
    mutating func append(session: Int32, previous row: Int32) {
        sessions.append(session)
        previous.append(row)
    }

    /// The trace of all rows; empties the collection.
    consuming func trace(_ options: TraceReadOptions) throws(TraceProblem) -> RequestTrace {
        guard count > 0 else {
            throw TraceProblem(
                file: file, found: failures == 0 ? "holds no requests" : "holds \(failures) failed requests only",
                remedy: "use a file with at least one request")
        }
        var selection = RowSelection(rows: self)
        try selection.apply(options)
        return selection.trace()
    }
}
