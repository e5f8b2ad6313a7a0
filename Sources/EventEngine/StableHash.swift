/// Hashes that are the same in every process, on every machine, for ever.
///
/// Swift's `Hasher` is seeded anew in each process, so nothing of it may reach a result.
public enum StableHash {
    /// The 64-bit FNV-1a hash of the UTF-8 bytes of `string`.
    ///
    /// Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/ (offset basis
    /// 0xcbf29ce484222325, prime 0x100000001b3). Good for naming, not against an adversary.
    public static func fnv1a64(_ string: String) -> UInt64 {
        fnv1a64(string.utf8)
    }

    /// The 64-bit FNV-1a hash of `bytes`, optionally continuing an earlier one.
    public static func fnv1a64(
        _ bytes: some Sequence<UInt8>, continuing hash: UInt64 = 0xcbf2_9ce4_8422_2325
    ) -> UInt64 {
        bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
