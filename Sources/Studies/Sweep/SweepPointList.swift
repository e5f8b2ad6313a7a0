import JSONText

/// Points that someone else chose: JSON Lines of `{"set": {"path": value}, "seed": 1}`, as `sweep plan` writes them.
///
/// Kept as text and read when asked for.
public struct SweepPointList: Sendable {
    let bytes: [UInt8]
    let file: String
    /// Where each line begins and ends.
    private var lines: [Range<Int>] = []

    /// Number of points.
    public var count: Int { lines.count }

    /// Splits a text into its lines; blank ones do not count.
    /// - Throws: a text without any.
    public init(_ bytes: [UInt8], file: String) throws(JSONProblems) {
        self.bytes = bytes
        self.file = file
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if bytes[start..<end].contains(where: { $0 > 0x20 }) { lines.append(start..<end) }
            start = end + 1
        }
        guard !lines.isEmpty else {
            throw JSONProblems([JSONProblem(place: JSONPlace(file: file), message: "has no points")])
        }
    }

    /// The point of a line.
    /// - Throws: what is wrong with the line.
    func point(at index: Int) throws(JSONProblems) -> SweepPoint {
        let document = try JSONDocument(bytes: Array(bytes[lines[index]]), file: "\(file), point \(index)")
        return try document.decode { reader in
            reader.object { point in
                for key in ["i", "of"] { point.ignore(key) }
                return SweepPoint(
                    settings: point.required("set", .settings),
                    seed: point.optional("seed", .integer(in: 0...)).map(UInt64.init),
                    identifier: point.optional("id", .name))
            }
        }
    }
}
