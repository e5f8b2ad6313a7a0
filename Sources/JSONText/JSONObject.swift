/// The members of a JSON object, in order.
///
/// A new key goes to the end, a known key keeps its place when its value changes. Looking up a key
/// is linear in small objects and O(1) in expected time in large ones; removing is O(n).
///
/// Keys are equal as Swift strings are, so keys that differ only in Unicode normalisation are one
/// key. Equality of objects respects order.
public struct JSONObject: Sendable {
    /// The keys, in order.
    public private(set) var keys: [String] = []
    private var values: [JSONValue] = []
    /// Place of each key, kept only above `indexedFrom` members. Never iterated.
    private var places: [String: Int]?

    private static let indexedFrom = 16

    /// An object without members.
    public init() {}

    /// The object of these members; of equal keys the last value wins, at the place of the first.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { set(key, value) }
    }

    /// The value of a key. Assigning nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get { place(of: key).map { values[$0] } }
        set {
            if let newValue { set(key, newValue) } else { remove(key) }
        }
    }

    private func place(of key: String) -> Int? {
        if let places { return places[key] }
        return keys.firstIndex(of: key)
    }

    private mutating func set(_ key: String, _ value: JSONValue) {
        if let place = place(of: key) {
            values[place] = value
            return
        }
        keys.append(key)
        values.append(value)
        if places != nil {
            places?[key] = keys.count - 1
        } else if keys.count > Self.indexedFrom {
            indexKeys()
        }
    }

    private mutating func remove(_ key: String) {
        guard let place = place(of: key) else { return }
        keys.remove(at: place)
        values.remove(at: place)
        if places != nil { indexKeys() }
    }

    private mutating func indexKeys() {
        var index: [String: Int] = [:]
        index.reserveCapacity(2 * keys.count)
        for (place, key) in keys.enumerated() { index[key] = place }
        places = index
    }
}

extension JSONObject: Equatable {
    /// Same members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.keys == right.keys && left.values == right.values
    }
}

extension JSONObject: RandomAccessCollection {
    /// The place of the first member.
    public var startIndex: Int { 0 }
    /// One past the place of the last member.
    public var endIndex: Int { keys.count }
    /// The member at a place.
    public subscript(place: Int) -> (key: String, value: JSONValue) { (keys[place], values[place]) }
}
