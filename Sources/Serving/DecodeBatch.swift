import EventEngine

/// The decoding sequences of one replica, in aggregate: every one advances by one token in every step of
/// the batch, so that a step costs the same work however many there are.
///
/// Time inside the batch is its *tick*, the number of steps so far. A sequence that joined at tick `j`
/// with `s` stored tokens stores `s + tick - j`; it needs a new block whenever that count is a multiple of
/// the block size, which makes it a member of one of `blockTokens` classes for as long as it stays.
struct DecodeBatch: Sendable {
    private(set) var tick: Int64 = 0
    private(set) var count = 0
    /// Stored tokens of all sequences.
    private(set) var storedTokens: Int64 = 0
    /// Sum of the squares of what each sequence stores.
    private(set) var squaredTokens: Int64 = 0
    /// Sequences by the tick at which they finish; entries of sequences that left early are stale.
    var finishing = TickHeap()

    private let blockTokens: Int
    /// Sequences by `(stored - tick) mod blockTokens`.
    private var classes: [Int32]
    private var window: WindowTokens?

    init(blockTokens: Int, window: Int?) {
        self.blockTokens = blockTokens
        self.window = window.map(WindowTokens.init)
        classes = Array(repeating: 0, count: blockTokens)
    }

    /// Blocks that the step `ahead` steps from now takes while the batch stays as it is.
    @inline(__always)
    func blocks(ahead: Int = 0) -> Int {
        Int(classes[residue(-(tick + Int64(ahead)), blockTokens)])
    }

    /// The blocks of consecutive steps, from the one `ahead` steps from now on.
    func blockReader(ahead: Int) -> BlockReader {
        BlockReader(classes: classes, slot: residue(-(tick + Int64(ahead)), blockTokens))
    }

    mutating func join(_ request: Int32, stored: Int, finishTick: Int64) {
        count += 1
        storedTokens += Int64(stored)
        squaredTokens += Int64(stored) * Int64(stored)
        classes[residue(Int64(stored) - tick, blockTokens)] += 1
        finishing.push(TickHeap.Entry(tick: finishTick, request: request))
        window?.join(stored: stored, tick: tick)
    }

    /// A sequence leaves, finished or preempted. `stored` is what it stores now.
    mutating func leave(stored: Int) {
        count -= 1
        storedTokens -= Int64(stored)
        squaredTokens -= Int64(stored) * Int64(stored)
        classes[residue(Int64(stored) - tick, blockTokens)] -= 1
        window?.leave(stored: stored, tick: tick)
    }

    /// What a run of steps will read, to be advanced step by step.
    var reader: ContextReader {
        ContextReader(sequences: Int64(count), full: storedTokens, squares: squaredTokens, window: window)
    }

    /// `steps` steps have run.
    mutating func advance(_ steps: Int) {
        tick += Int64(steps)
        squaredTokens += Int64(steps) * (2 * storedTokens + Int64(count) * Int64(steps))
        storedTokens += Int64(count) * Int64(steps)
        if window != nil {
            for step in (1...steps).reversed() { window?.advance(to: tick - Int64(step) + 1) }
        }
    }
}

/// The blocks that consecutive steps of an unchanged batch take.
struct BlockReader {
    private let classes: [Int32]
    private var slot: Int

    init(classes: [Int32], slot: Int) {
        self.classes = classes
        self.slot = slot
    }

    /// Blocks of the next step: one for each sequence whose last block is full then.
    @inline(__always)
    mutating func next() -> Int {
        let needed = Int(classes[slot])
        slot = slot == 0 ? classes.count - 1 : slot - 1
        return needed
    }
}

/// The keys that consecutive steps of an unchanged batch read.
struct ContextReader {
    let sequences: Int64
    private(set) var full: Int64
    /// Sum of the squares of the sequences' contexts.
    private(set) var squares: Int64
    private var window: WindowTokens?
    private var tick: Int64 = 0

    init(sequences: Int64, full: Int64, squares: Int64, window: WindowTokens?) {
        self.sequences = sequences
        self.full = full
        self.squares = squares
        self.window = window
    }

    /// Keys of sliding-window layers.
    var windowed: Int64 { window?.stored ?? full }

    /// Moves to the next step.
    @inline(__always)
    mutating func advance(to tick: Int64) {
        squares += 2 * full + sequences
        full += sequences
        window?.advance(to: tick)
    }
}

/// Tokens within a sliding window, over all sequences, each of which grows until its window is full.
struct WindowTokens: Sendable {
    private let size: Int
    /// Sum of `min(stored, size)`.
    private(set) var stored: Int64 = 0
    private var growing: Int64 = 0
    /// Sequences by the tick at which they fill their window, modulo `size + 1`; none is further away.
    private var fillingAt: [Int32]

    init(size: Int) {
        self.size = size
        fillingAt = Array(repeating: 0, count: size + 1)
    }

    mutating func join(stored tokens: Int, tick: Int64) {
        stored += Int64(min(tokens, size))
        guard tokens < size else { return }
        growing += 1
        fillingAt[residue(tick + Int64(size - tokens), size + 1)] += 1
    }

    mutating func leave(stored tokens: Int, tick: Int64) {
        stored -= Int64(min(tokens, size))
        guard tokens < size else { return }
        growing -= 1
        fillingAt[residue(tick + Int64(size - tokens), size + 1)] -= 1
    }

    mutating func advance(to tick: Int64) {
        stored += growing
        let slot = residue(tick, size + 1)
        growing -= Int64(fillingAt[slot])
        fillingAt[slot] = 0
    }
}

@inline(__always)
private func residue(_ value: Int64, _ modulus: Int) -> Int {
    let remainder = Int(value % Int64(modulus))
    return remainder < 0 ? remainder + modulus : remainder
}
