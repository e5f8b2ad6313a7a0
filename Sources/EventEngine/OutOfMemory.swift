/// A reservation that a `MemoryLedger` could not grant: a result with its cause, not a crash.
///
/// The words are in `description`; the fields say the same to a program.
public struct OutOfMemory: Error, Equatable, Sendable {
    /// The ledger that ran out.
    public let ledger: String
    /// The pool that asked.
    public let pool: String
    /// When it asked.
    public let time: Nanoseconds
    /// What it asked for, in bytes.
    public let requestedBytes: Int64
    /// All that the ledger has, in bytes.
    public let capacityBytes: Int64
    /// Every pool as it was when the reservation failed, in order of index.
    public let holdings: [MemoryPool]

    /// What no pool held, in bytes.
    public var freeBytes: Int64 { holdings.reduce(capacityBytes) { $0 - $1.usedBytes } }

    /// By how much the request exceeds what is free, in bytes; positive.
    public var missingBytes: Int64 { requestedBytes - freeBytes }
}

extension OutOfMemory: CustomStringConvertible {
    /// The cause in one sentence, the holders (largest first), and what would have been enough.
    public var description: String {
        let held = holdings.filter { $0.usedBytes > 0 }.enumerated()
            .sorted { ($1.element.usedBytes, $0.offset) < ($0.element.usedBytes, $1.offset) }
            .map { "\($0.element.name) \(Self.text(bytes: $0.element.usedBytes))" }
            .joined(separator: ", ")
        return "out of memory on \(ledger): \(pool) asked for \(Self.text(bytes: requestedBytes)), but "
            + "\(Self.text(bytes: freeBytes)) of \(Self.text(bytes: capacityBytes)) are free "
            + "(held: \(held.isEmpty ? "nothing" : held)); "
            + "free or add at least \(Self.text(bytes: missingBytes))"
    }

    /// Bytes in the largest binary unit that is not larger than them, with two decimals, cut off.
    private static func text(bytes: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
        guard bytes >= 1024 else { return "\(bytes) B" }
        let index = min(units.count - 1, (63 - bytes.leadingZeroBitCount) / 10 - 1)
        let unit = Int64(1) << (10 * Int64(index + 1))
        let hundredths = (bytes % unit) * 100 / unit
        return "\(bytes / unit).\(hundredths < 10 ? "0" : "")\(hundredths) \(units[index])"
    }
}
