/// Decode attention of one layer as a function of the keys read.
@usableFromInline
struct DecodeAttentionSlope: Sendable {
    @usableFromInline var computePerKey: Double
    @usableFromInline var memoryPerKey: Double
    @usableFromInline var nanosecondsPerByte: Double
    @usableFromInline var setup: Double
    @usableFromInline var perSequence: Double
    /// Nanoseconds per square root of the contexts' norm: see ``TimingProfile/decodeDepthNanoseconds``.
    @usableFromInline var perRootOfNorm: Double

    @usableFromInline
    init(
        computePerKey: Double, memoryPerKey: Double, nanosecondsPerByte: Double, setup: Double, perSequence: Double,
        perRootOfNorm: Double
    ) {
        (self.computePerKey, self.memoryPerKey) = (computePerKey, memoryPerKey)
        (self.nanosecondsPerByte, self.setup, self.perSequence) = (nanosecondsPerByte, setup, perSequence)
        self.perRootOfNorm = perRootOfNorm
    }

    /// The same for a batch of so many sequences, whose own cost is part of the setup from then on.
    func of(sequences: Int) -> DecodeAttentionSlope {
        var slope = self
        slope.setup += Double(sequences) * perSequence
        return slope
    }

    /// - Parameters:
    ///   - fixed: nanoseconds of memory traffic that does not depend on context (queries and outputs).
    ///   - squares: sum of the squares of the sequences' contexts.
    @inlinable @inline(__always)
    func nanoseconds(keys: Double, fixed: Double, squares: Double) -> Double {
        let streamed = max(keys * computePerKey, keys * memoryPerKey + fixed) + setup
        guard perRootOfNorm > 0 else { return streamed }
        return streamed + perRootOfNorm * squares.squareRoot().squareRoot()
    }

    /// The sum of the squares of so many equal contexts.
    @inlinable @inline(__always)
    static func squares(keys: Double, sequences: Int) -> Double { keys * keys / Double(max(1, sequences)) }
}
