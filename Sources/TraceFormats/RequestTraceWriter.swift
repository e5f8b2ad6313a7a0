/// Writes traces as text, in pieces of about 64 KiB, so that no trace is held as text.
///
/// The bytes are a function of the trace alone. Reading them back gives the same arrivals, lengths and blocks.
public enum RequestTraceWriter {
    /// Writes the project's own format (see ``SimulateRequestFormat``) to `sink`.
    public static func writeSimulate<Failure: Error>(
        _ trace: RequestTrace, to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var text = TextPieces()
        text.append("{\"format\":\"\(SimulateRequestFormat.name)\"")
        if trace.blockTokens > 0 { text.append(",\"block_tokens\":\(trace.blockTokens)") }
        text.append("}\n")
        for index in 0..<trace.count {
            text.append("{\"arrival_ns\":")
            text.append(integer: trace.arrivalNanoseconds[index])
            text.append(",\"input_tokens\":")
            text.append(integer: Int64(trace.inputTokens[index]))
            text.append(",\"output_tokens\":")
            text.append(integer: Int64(trace.outputTokens[index]))
            if trace.blockTokens > 0 { text.append(hashIDs: trace.blockIDs[trace.blockRange(of: index)]) }
            if let sessions = trace.sessionIDs {
                text.append(",\"session\":")
                text.append(integer: Int64(sessions[index]))
                if let previous = trace.previousRequest?[index], previous >= 0 {
                    text.append(",\"previous\":")
                    text.append(integer: Int64(previous))
                }
            }
            text.append("}\n")
            if text.isFull { try sink(text.take()) }
        }
        try sink(text.take())
    }

    /// Writes Mooncake's format to `sink`: milliseconds, with a fraction only where there is one. Sessions are lost.
    ///
    /// Block ids are written whatever their size; Mooncake's tools take them for blocks of 512 tokens.
    public static func writeMooncake<Failure: Error>(
        _ trace: RequestTrace, to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var text = TextPieces()
        for index in 0..<trace.count {
            text.append("{\"timestamp\":")
            text.append(nanoseconds: trace.arrivalNanoseconds[index], decimals: 6)
            text.append(",\"input_length\":")
            text.append(integer: Int64(trace.inputTokens[index]))
            text.append(",\"output_length\":")
            text.append(integer: Int64(trace.outputTokens[index]))
            if trace.blockTokens > 0 { text.append(hashIDs: trace.blockIDs[trace.blockRange(of: index)]) }
            text.append("}\n")
            if text.isFull { try sink(text.take()) }
        }
        try sink(text.take())
    }
}

/// Text on its way to a sink.
private struct TextPieces {
    private var bytes: [UInt8] = []

    var isFull: Bool { bytes.count >= 1 << 16 }

    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends the digits of a value that is not negative, as all values of a trace are.
    mutating func append(integer value: Int64) {
        var rest = value.magnitude
        let first = bytes.count
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(digit))
            rest = quotient
        } while rest > 0
        bytes[first...].reverse()
    }

    mutating func append(hashIDs ids: ArraySlice<Int32>) {
        append(",\"hash_ids\":[")
        var isFirst = true
        for id in ids {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(integer: Int64(id))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Appends a time in units of `10^decimals` nanoseconds, without trailing zeros.
    mutating func append(nanoseconds time: Int64, decimals: Int) {
        var unit: Int64 = 1
        for _ in 0..<decimals { unit *= 10 }
        append(integer: time / unit)
        var fraction = time % unit
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        while fraction > 0 {
            unit /= 10
            bytes.append(UInt8(ascii: "0") + UInt8(fraction / unit))
            fraction %= unit
        }
    }
}
