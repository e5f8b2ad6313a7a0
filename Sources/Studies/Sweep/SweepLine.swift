import JSONText

/// How a point ended.
public enum SweepStatus: String, Sendable, CaseIterable {
    case ok
    /// The scenario of the point is wrong or does not fit, as its error says.
    case failed
    /// It was stopped by the limit on events: the same everywhere.
    case limit
    /// It was stopped by the clock: another machine may finish it.
    case timeout
    /// It was stopped because the process had grown too large: another machine may finish it.
    case memory
    /// It was stopped because its objectives could not be attained any more, as a search asks.
    case decided
}

extension SweepStatus {
    /// Whether it depends on the machine, so that any other result is better.
    var isOfMachine: Bool { self == .timeout || self == .memory }
}

/// What identifies a result line; it stands first in it, so that a line need not be parsed to be sorted.
public struct SweepLineHead: Sendable, Equatable {
    /// The point's number in the sweep.
    public var index: Int
    /// How many points the sweep has.
    public var total: Int
    /// Sixteen hexadecimal digits that tell the point by its content.
    public var identifier: String
    /// How the point ended.
    public var status: SweepStatus

    init(index: Int, total: Int, identifier: String, status: SweepStatus) {
        (self.index, self.total, self.identifier, self.status) = (index, total, identifier, status)
    }

    /// The members with which a line begins.
    var members: JSONObject {
        [
            "i": .init(index), "of": .init(total), "id": .string(identifier), "status": .string(status.rawValue),
        ]
    }

    /// Reads the beginning of a compact line; nil when it is none of ours. That a line is whole, its newline tells.
    public init?(line: some BidirectionalCollection<UInt8>) {
        guard line.last == UInt8(ascii: "}") else { return nil }
        let beginning = String(decoding: line.prefix(120), as: UTF8.self)
        var rest = Substring(beginning)
        func take(_ key: String, upTo end: Character) -> String? {
            guard rest.hasPrefix(key), let stop = rest.dropFirst(key.count).firstIndex(of: end) else { return nil }
            defer { rest = rest[rest.index(after: stop)...] }
            return String(rest.dropFirst(key.count)[..<stop])
        }
        guard let index = take("{\"i\":", upTo: ",").flatMap({ Int($0) }),
            let total = take("\"of\":", upTo: ",").flatMap({ Int($0) }), index >= 0, index < total,
            let identifier = take("\"id\":\"", upTo: "\""), identifier.count == 16,
            let status = take(",\"status\":\"", upTo: "\"").flatMap(SweepStatus.init(rawValue:)) else { return nil }
        self.init(index: index, total: total, identifier: identifier, status: status)
    }
}

/// The result of one point, as a line of JSON without its newline.
public struct SweepLine: Sendable {
    /// What identifies the line.
    public var head: SweepLineHead
    /// The line as UTF-8, without its newline.
    public var bytes: [UInt8]

    init(_ head: SweepLineHead, rest: JSONObject) {
        self.head = head
        var members = head.members
        for (key, value) in rest { members[key] = value }
        bytes = JSONWriter.compact.bytes(of: .object(members))
    }
}
