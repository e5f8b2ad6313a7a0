/// Activations as eight-bit codes with one scale for each row: `value = scale (code - 128)`.
///
/// Codes are unsigned with a zero point in the middle, because processors multiply unsigned by signed.
public struct QuantisedActivations: Sendable {
    /// The code that stands for zero.
    public static let zeroPoint: Int32 = 128
    /// Number of rows: tokens.
    public let rows: Int
    /// Numbers of a row.
    public let width: Int
    /// The numbers as codes, row by row.
    public let codes: [UInt8]
    /// What the codes of each row are multiplied with.
    public let scales: [Float]

    /// Quantises `rows x width` numbers; the largest magnitude of a row gets the code of 127.
    public init(_ values: UnsafePointer<Float>, rows: Int, width: Int) {
        self.rows = rows
        self.width = width
        var scales = [Float](repeating: 1, count: rows)
        codes = [UInt8](unsafeUninitializedCapacity: rows * width) { buffer, filled in
            filled = rows * width
            guard let codes = buffer.baseAddress else { return }
            for row in 0..<rows {
                let input = values + row * width
                scales[row] = Int8Code.scale(input, width)
                Int8Code.encode(input, perUnit: 1 / scales[row], flip: 0x80, into: codes + row * width, width)
            }
        }
        self.scales = scales
    }
}

/// Weights `[rows, width]` as signed eight-bit codes with one scale for each row, that is, each output.
public struct QuantisedWeights: Sendable {
    /// Number of rows: outputs.
    public let rows: Int
    /// Numbers of a row: inputs.
    public let width: Int
    /// The numbers as codes, row by row.
    public let codes: [Int8]
    /// What the codes of each row are multiplied with.
    public let scales: [Float]
    /// Sum of the codes of each row, which undoes the zero point of the activations.
    public let codeSums: [Int32]

    /// Quantises `rows x width` numbers; the largest magnitude of a row gets the code of 127.
    public init(_ values: UnsafePointer<Float>, rows: Int, width: Int) {
        self.rows = rows
        self.width = width
        var scales = [Float](repeating: 1, count: rows)
        var codeSums = [Int32](repeating: 0, count: rows)
        codes = [Int8](unsafeUninitializedCapacity: rows * width) { buffer, filled in
            filled = rows * width
            for row in 0..<rows {
                let input = values + row * width
                scales[row] = Int8Code.scale(input, width)
                for column in 0..<width {
                    let code = Int8Code.code(input[column], perUnit: 1 / scales[row])
                    buffer.initializeElement(at: row * width + column, to: code)
                    codeSums[row] += Int32(code)
                }
            }
        }
        self.scales = scales
        self.codeSums = codeSums
    }
}
