/// A job of a trace that states its work in steps of a named job type, whose speed a `ThroughputTable` knows.
public struct ThroughputJob: Equatable, Sendable {
    /// How the job changes its batch size as it trains.
    public enum Adaptation: String, CaseIterable, Sendable {
        /// Not at all.
        case none = "static"
        /// Accordion: larger outside critical stretches of the training.
        case accordion
        /// By the gradient noise scale: larger as the training goes on.
        case gradientNoiseScale = "gns"
    }

    /// Model and batch size, such as `ResNet-18 (batch size 128)`.
    public var type: String
    /// Steps at that batch size.
    public var steps: Int64
    /// Devices that the job runs on.
    public var gang: Int
    /// Weight in a fair division.
    public var weight: Double
    /// Finish time asked for, as a multiple of the job's own time; nil where none is.
    public var deadlineFactor: Double?
    /// How the batch size changes.
    public var adaptation: Adaptation
    /// The time that the trace's author states for the job, in nanoseconds; nil where the layout has none.
    public var statedDuration: Int64?
    /// Arrival in nanoseconds from the trace's start.
    public var arrival: Int64

    /// The batch size in the type's name; nil where it has none.
    public var batchSize: Int? {
        guard let mark = type.range(of: "(batch size ") else { return nil }
        return Int(type[mark.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }

    /// The type's name in front of its batch size, such as `ResNet-18`.
    public var model: String { String(type.prefix { $0 != " " }) }
}

extension StringProtocol {
    /// Where `text` stands first.
    func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
