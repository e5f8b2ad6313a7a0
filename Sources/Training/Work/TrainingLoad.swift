/// The sequences of a batch as far as training time depends on them.
public struct TrainingLoad: Sendable, Equatable {
    /// Sequences, each a prompt and its response.
    public var sequences: Int
    /// Tokens of all of them.
    public var tokens: Int64
    /// Query-key pairs of causal attention of all of them, `sum of l (l + 1) / 2`.
    public var attentionPairs: Double

    /// An empty load.
    public init() {
        sequences = 0
        tokens = 0
        attentionPairs = 0
    }

    /// `count` sequences of one length.
    public init(sequences count: Int, of length: Int) {
        sequences = count
        tokens = Int64(count) * Int64(length)
        attentionPairs = Double(count) * Self.pairs(length)
    }

    /// Adds one sequence.
    public mutating func add(length: Int) {
        sequences += 1
        tokens += Int64(length)
        attentionPairs += Self.pairs(length)
    }

    /// The sum of two loads.
    public static func + (left: TrainingLoad, right: TrainingLoad) -> TrainingLoad {
        var sum = left
        sum.sequences += right.sequences
        sum.tokens += right.tokens
        sum.attentionPairs += right.attentionPairs
        return sum
    }

    private static func pairs(_ length: Int) -> Double { Double(length) * Double(length + 1) / 2 }

    /// The load of the rank with the most tokens when sequences are dealt out over `ranks`, longest first and
    /// each to the rank with the fewest tokens, as engines balance a batch.
    ///
    /// Greedy dealing is within 4/3 of the best (Graham 1969, doi:10.1137/0117039); with tens of sequences a
    /// rank it is within a percent. Equal loads keep the order of ranks.
    public static func heaviest(of lengths: [Int], ranks: Int) -> TrainingLoad {
        precondition(ranks >= 1, "a batch is dealt out over at least one rank")
        var loads = [TrainingLoad](repeating: TrainingLoad(), count: ranks)
        if ranks == 1 {
            for length in lengths { loads[0].add(length: length) }
            return loads[0]
        }
        // A heap of ranks by tokens, then by number: the lightest at the root.
        var heap = Array(0..<ranks)
        for length in lengths.sorted(by: >) {
            loads[heap[0]].add(length: length)
            siftDown(&heap, loads)
        }
        var heaviest = 0
        for rank in 1..<ranks where loads[rank].tokens > loads[heaviest].tokens { heaviest = rank }
        return loads[heaviest]
    }

    private static func siftDown(_ heap: inout [Int], _ loads: [TrainingLoad]) {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count {
                let (a, b) = (loads[heap[child]].tokens, loads[heap[least]].tokens)
                if a < b || (a == b && heap[child] < heap[least]) { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
