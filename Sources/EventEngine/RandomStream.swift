/// A stream of random numbers of its own for each component of a simulation.
///
/// ```swift
/// var arrivals = RandomStream(seed: 1, name: "workloads.chat.arrivals")
/// let gap = arrivals.exponential(mean: 0.05)
/// ```
///
/// The numbers are a function of seed and name alone: a new component, with a name of its own,
/// changes no one else's numbers, and two variants that share a seed share their numbers too.
///
/// The generator is xoshiro256** 1.0 (Blackman and Vigna 2021, doi:10.1145/3460772), its state
/// filled by SplitMix64 as its authors advise. Period 2^256 - 1; not for cryptography.
public struct RandomStream: Sendable, RandomNumberGenerator {
    @usableFromInline var s0: UInt64
    @usableFromInline var s1: UInt64
    @usableFromInline var s2: UInt64
    @usableFromInline var s3: UInt64

    /// The stream called `name` of the simulation seeded with `seed`.
    public init(seed: UInt64, name: String) {
        var seeder = SplitMix64(state: seed)
        var filler = SplitMix64(state: seeder.next() ^ StableHash.fnv1a64(name))
        (s0, s1, s2, s3) = (filler.next(), filler.next(), filler.next(), filler.next())
    }

    /// A stream that starts from this state, which must not be all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        (s0, s1, s2, s3) = state
    }

    /// The next 64 random bits.
    @inlinable public mutating func next() -> UInt64 {
        let scrambled = s1 &* 5
        let result = (scrambled << 7 | scrambled >> 57) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = s3 << 45 | s3 >> 19
        return result
    }

    /// A number from [0, 1), a multiple of 2^-53, each equally likely.
    @inlinable public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number from (0, 1], for what takes its logarithm.
    @inlinable mutating func positiveUniform() -> Double {
        Double(next() >> 11 + 1) * 0x1p-53
    }

    /// A whole number from 0..<`bound`, each exactly equally likely.
    ///
    /// Source: Lemire 2019, doi:10.1145/3230636. Takes one draw, rarely more.
    /// - Precondition: `bound > 0`.
    @inlinable public mutating func uniform(below bound: Int) -> Int {
        precondition(bound > 0, "a random whole number needs a range that is not empty")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let uneven = (0 &- range) % range
            while product.low < uneven { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }
}

/// The generator that fills the state of others: a counter and a mixing function.
///
/// Source: Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
