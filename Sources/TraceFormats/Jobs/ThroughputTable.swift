import JSONText

/// Measured steps per second of job types on kinds of devices: Gavel's throughput files.
///
/// A JSON object: kind of device, then job type and gang written as a Python tuple (`('LM (batch size 5)', 2)`), then
/// `null` for the job alone, or another such tuple for two jobs that share the devices. The pairs are not read.
public struct ThroughputTable: Sendable {
    /// A job type on a number of devices.
    public struct Key: Hashable, Sendable {
        /// Model and batch size.
        public var type: String
        /// Devices.
        public var gang: Int

        /// A key.
        public init(type: String, gang: Int) {
            self.type = type
            self.gang = gang
        }

        /// A key from its Python tuple; nil where the text is none.
        init?(tuple text: String) {
            guard text.hasPrefix("('"), text.hasSuffix(")"), let end = text.range(of: "', ") else { return nil }
            let start = text.index(text.startIndex, offsetBy: 2)
            guard start <= end.lowerBound, let gang = Int(text[end.upperBound...].dropLast()) else { return nil }
            self.init(type: String(text[start..<end.lowerBound]), gang: gang)
        }
    }

    /// The kinds of devices in the order of the file.
    public let kinds: [String]
    private let rates: [[Key: Double]]

    /// A table with the rates of each kind; for tests and other sources.
    public init(kinds: [String], rates: [[Key: Double]]) {
        self.kinds = kinds
        self.rates = rates
    }

    /// Reads a file.
    public init(path: String) throws(JSONProblems) {
        try self.init(JSONDocument(contentsOf: path))
    }

    /// Reads a document.
    public init(_ document: JSONDocument) throws(JSONProblems) {
        let tables = try document.decode { reader in
            reader.asObject().allMembers.map { (name: $0.name, value: Self.table($0.reader)) }
        }
        kinds = tables.map(\.name)
        rates = tables.map(\.value)
    }

    /// Steps per second of the whole gang on the kind; 0 where the job does not fit, nil where nobody measured it.
    public func rate(kind: String, _ key: Key) -> Double? {
        kinds.firstIndex(of: kind).flatMap { rates[$0][key] }
    }

    /// The batch sizes of a model that were measured on the kind with the gang, ascending.
    public func batchSizes(kind: String, model: String, gang: Int) -> [Int] {
        guard let index = kinds.firstIndex(of: kind) else { return [] }
        return rates[index].keys.filter { $0.gang == gang && $0.type.hasPrefix(model + " (batch size ") }
            .compactMap { key in
                key.type.range(of: "(batch size ").flatMap { Int(key.type[$0.upperBound...].dropLast()) }
            }.sorted()
    }

    private static func table(_ reader: JSONReader) -> [Key: Double] {
        var rates: [Key: Double] = [:]
        for member in reader.asObject().allMembers {
            guard let key = Key(tuple: member.name) else {
                member.reader.fail(
                    "the key \"\(member.name)\" is no job type", remedy: "write ('name (batch size n)', gang)")
                continue
            }
            guard let alone = member.reader.asObject().child("null") else {
                member.reader.fail("the rate of the job alone is missing", remedy: "give it under \"null\"")
                continue
            }
            rates[key] = alone.read(.number(in: 0...))
        }
        return rates
    }
}
