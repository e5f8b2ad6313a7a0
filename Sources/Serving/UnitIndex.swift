/// Slot of each cached unit: an open-addressing table of 32-bit keys with linear probing and
/// backward-shift deletion. Only looked up, never walked, so that no order can leak from it.
struct UnitIndex: Sendable {
    private var keys: [Int32] = Array(repeating: -1, count: 16)
    private var values: [Int32] = Array(repeating: -1, count: 16)
    private var count = 0

    /// Slot of a unit, or -1.
    subscript(unit: Int32) -> Int32 {
        let mask = keys.count - 1
        var position = Self.hash(unit) & mask
        while keys[position] >= 0 {
            if keys[position] == unit { return values[position] }
            position = (position + 1) & mask
        }
        return -1
    }

    /// Adds a unit that is not there.
    mutating func insert(_ unit: Int32, _ slot: Int32) {
        if 2 * (count + 1) > keys.count { grow() }
        place(unit, slot)
        count += 1
    }

    /// Removes a unit that is there.
    mutating func remove(_ unit: Int32) {
        let mask = keys.count - 1
        var hole = Self.hash(unit) & mask
        while keys[hole] != unit { hole = (hole + 1) & mask }
        var next = (hole + 1) & mask
        while keys[next] >= 0 {
            let home = Self.hash(keys[next]) & mask
            // An entry may fill the hole if the hole lies between its home and its place.
            if (next - home) & mask >= (next - hole) & mask {
                keys[hole] = keys[next]
                values[hole] = values[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        keys[hole] = -1
        count -= 1
    }

    private mutating func place(_ unit: Int32, _ slot: Int32) {
        let mask = keys.count - 1
        var position = Self.hash(unit) & mask
        while keys[position] >= 0 { position = (position + 1) & mask }
        keys[position] = unit
        values[position] = slot
    }

    private mutating func grow() {
        let oldKeys = keys, oldValues = values
        keys = Array(repeating: -1, count: 2 * oldKeys.count)
        values = Array(repeating: -1, count: 2 * oldKeys.count)
        for (position, key) in oldKeys.enumerated() where key >= 0 { place(key, oldValues[position]) }
    }

    private static func hash(_ unit: Int32) -> Int {
        let mixed = UInt64(UInt32(bitPattern: unit)) &* 0x9E37_79B9_7F4A_7C15
        return Int(mixed >> 32)
    }
}
