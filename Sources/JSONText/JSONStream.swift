/// Writes JSON piece by piece, without building a tree: JSON Lines, and results too large for memory.
///
/// ```swift
/// var stream = JSONStream { bytes throws(FileProblem) in try sink.write(bytes) }
/// stream.object { record in
///     record.member("request", 7)
///     record.member("ttft_s", 0.25)
/// }
/// try stream.finish()
/// ```
///
/// Text is compact and follows the rules of ``JSONWriter``; every value at the top ends with a
/// newline. The text goes to the sink in pieces of about `flushSize` bytes. After the sink has
/// failed once, nothing more is written and ``finish()`` throws its error. To call out of order (a
/// value in an object without a key, an end without its begin) is a programming error and traps.
/// What is not finished is lost.
public struct JSONStream: ~Copyable {
    /// Takes the next bytes, which are valid only during the call.
    public typealias Sink = (UnsafeRawBufferPointer) throws(FileProblem) -> Void

    private var buffer: [UInt8] = []
    private let flushSize: Int
    private let sink: Sink
    private var failure: FileProblem?
    /// The closing brackets that are still owed.
    private var open: [UInt8] = []
    /// Whether a comma is due before the next value or key here.
    private var needsComma = false
    /// Whether a key has been written whose value is due.
    private var hasKey = false

    /// A stream into a sink.
    public init(flushSize: Int = 1 << 16, to sink: @escaping Sink) {
        self.flushSize = flushSize
        self.sink = sink
        buffer.reserveCapacity(flushSize + 1024)
    }

    /// Starts an object.
    public mutating func beginObject() { begin(UInt8(ascii: "{"), UInt8(ascii: "}")) }
    /// Ends the innermost object.
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    /// Starts an array.
    public mutating func beginArray() { begin(UInt8(ascii: "["), UInt8(ascii: "]")) }
    /// Ends the innermost array.
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes the key of the next member.
    public mutating func key(_ name: String) {
        precondition(
            open.last == UInt8(ascii: "}") && !hasKey, "a key belongs into an object, before a value")
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        buffer.appendJSON(name)
        buffer.append(UInt8(ascii: ":"))
        hasKey = true
    }

    /// Writes an integer.
    public mutating func value(_ value: Int64) {
        beginValue()
        buffer.appendJSON(value)
        endValue()
    }

    /// Writes a double; `null` for NaN and infinities.
    public mutating func value(_ value: Double) {
        beginValue()
        buffer.appendJSON(value)
        endValue()
    }

    /// Writes a text.
    public mutating func value(_ value: String) {
        beginValue()
        buffer.appendJSON(value)
        endValue()
    }

    /// Writes a truth.
    public mutating func value(_ value: Bool) {
        beginValue()
        buffer.appendJSON(value)
        endValue()
    }

    /// Writes a whole tree.
    public mutating func value(_ value: JSONValue) {
        beginValue()
        JSONWriter.compact.append(value, to: &buffer)
        endValue()
    }

    /// Hands everything to the sink.
    /// - Throws: the first error of the sink, now or earlier.
    public mutating func finish() throws(FileProblem) {
        precondition(open.isEmpty, "an object or array is not ended")
        flush()
        if let failure { throw failure }
    }

    private mutating func begin(_ opening: UInt8, _ closing: UInt8) {
        beginValue()
        buffer.append(opening)
        open.append(closing)
        needsComma = false
    }

    private mutating func end(_ closing: UInt8) {
        precondition(open.popLast() == closing && !hasKey, "an end without its begin or value")
        buffer.append(closing)
        endValue()
    }

    private mutating func beginValue() {
        precondition(hasKey || open.last != UInt8(ascii: "}"), "a value in an object needs a key")
        if needsComma, !hasKey { buffer.append(UInt8(ascii: ",")) }
        hasKey = false
    }

    private mutating func endValue() {
        needsComma = !open.isEmpty
        if open.isEmpty { buffer.append(UInt8(ascii: "\n")) }
        if buffer.count >= flushSize { flush() }
    }

    private mutating func flush() {
        if failure == nil, !buffer.isEmpty {
            do throws(FileProblem) {
                try buffer.withUnsafeBufferPointer { (bytes) throws(FileProblem) in
                    try sink(UnsafeRawBufferPointer(bytes))
                }
            } catch {
                failure = error
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
