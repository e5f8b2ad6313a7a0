/// The rows of a file in the order of a trace, while the options of reading are applied to them.
struct RowSelection {
    private let rows: RequestRows
    /// Row of the file, per request of the trace.
    private var order: [Int]
    /// Arrival, per request of the trace.
    private var times: [Int64]
    private var reorderedRows = 0
    private var ticksSpread: TickSpread?

    /// All rows, sorted by (time, line), the first arrival at 0.
    init(rows: RequestRows) {
        self.rows = rows
        let arrivals = rows.arrivals
        order = Array(arrivals.indices)
        for row in order.dropFirst() where arrivals[row] < arrivals[row - 1] { reorderedRows += 1 }
        if reorderedRows > 0 { order.sort { (arrivals[$0], $0) < (arrivals[$1], $1) } }
        let first = order.first.map { arrivals[$0] } ?? 0
        times = order.map { arrivals[$0] - first }
    }

    /// Applies the options in their documented order.
    mutating func apply(_ options: TraceReadOptions) throws(TraceProblem) {
        if options.spreadTicks { ticksSpread = ArrivalTicks.spread(&times) }
        if let window = options.windowNanoseconds {
            let lower = times.partitioningIndex { $0 >= window.lowerBound }
            let upper = times.partitioningIndex { $0 >= window.upperBound }
            guard lower < upper else {
                throw TraceProblem(
                    file: rows.file, field: "window", found: "no request arrives in it",
                    remedy: "choose a time between 0 and \(times.last ?? 0) ns after the first request")
            }
            keep(lower..<upper)
        }
        if let maximum = options.maximumRequests, maximum < times.count { keep(0..<maximum) }
        guard options.speed != 1 else { return }
        for index in times.indices {
            let time = (Double(times[index]) / options.speed).rounded(.toNearestOrEven)
            guard let exact = Int64(exactly: time) else {
                throw TraceProblem(
                    file: rows.file, field: "speed", found: "\(options.speed) moves arrivals beyond 292 years",
                    remedy: "choose a higher speed")
            }
            times[index] = exact
        }
    }

    private mutating func keep(_ range: Range<Int>) {
        order = Array(order[range])
        let first = times[range.lowerBound]
        times = times[range].map { $0 - first }
    }

    /// The trace of the rows that are left.
    func trace() -> RequestTrace {
        var trace = RequestTrace()
        trace.arrivalNanoseconds = times
        trace.failures = rows.failures
        trace.reorderedRows = reorderedRows
        trace.ticksSpread = ticksSpread
        trace.blockTokens = rows.blockTokens
        trace.rechainedBlocks = rows.chain.rechained
        if order.count == rows.count, reorderedRows == 0 {
            trace.inputTokens = rows.inputs
            trace.outputTokens = rows.outputs
            if rows.blockTokens > 0 {
                trace.blockStart = rows.blockStart
                trace.blockIDs = rows.blocks
                trace.distinctBlocks = rows.chain.count
            }
        } else {
            trace.inputTokens = order.map { rows.inputs[$0] }
            trace.outputTokens = order.map { rows.outputs[$0] }
            if rows.blockTokens > 0 { copyBlocks(to: &trace) }
        }
        if !rows.sessions.isEmpty { copySessions(to: &trace) }
        return trace
    }

    /// Copies the blocks of the kept rows and numbers them anew in the order of the trace.
    private func copyBlocks(to trace: inout RequestTrace) {
        var numbers = DenseNumbers(below: rows.chain.count)
        trace.blockStart = [0]
        trace.blockStart.reserveCapacity(order.count + 1)
        for row in order {
            for block in rows.blocks[rows.blockStart[row]..<rows.blockStart[row + 1]] {
                trace.blockIDs.append(numbers.number(of: block))
            }
            trace.blockStart.append(trace.blockIDs.count)
        }
        trace.distinctBlocks = numbers.count
    }

    /// Copies the conversations of the kept rows; a request whose predecessor was left out continues none.
    private func copySessions(to trace: inout RequestTrace) {
        var numbers = DenseNumbers(below: rows.count)
        trace.sessionIDs = order.map { numbers.number(of: rows.sessions[$0]) }
        var position = [Int32](repeating: -1, count: rows.count)
        var previous: [Int32] = []
        previous.reserveCapacity(order.count)
        for (index, row) in order.enumerated() {
            let before = rows.previous[row]
            previous.append(before < 0 ? -1 : position[Int(before)])
            position[row] = Int32(index)
        }
        trace.previousRequest = previous
    }
}

/// Numbers ids from 0 in the order of their first appearance.
struct DenseNumbers {
    private var known: [Int32]
    private(set) var count = 0

    /// For ids in `0..<bound`.
    init(below bound: Int) {
        known = [Int32](repeating: -1, count: bound)
    }

    mutating func number(of id: Int32) -> Int32 {
        if known[Int(id)] < 0 {
            known[Int(id)] = Int32(count)
            count += 1
        }
        return known[Int(id)]
    }
}

extension Array {
    /// The first index whose element satisfies the condition, which no element before one that does may satisfy.
    func partitioningIndex(where isSecond: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
