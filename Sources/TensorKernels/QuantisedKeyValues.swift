/// How a cache of keys and values is kept in eight bits.
public enum KeyValueFormat: String, Sendable, CaseIterable {
    /// Symmetric integers.
    case int8
    /// Floating point, `e4m3`.
    case fp8
}

/// Cached keys or values in eight bits, one scale for each row, that is, each head of each token.
public struct QuantisedKeyValues: Sendable {
    /// How each number is kept.
    public let format: KeyValueFormat
    /// Heads of tokens that are kept.
    public let rows: Int
    /// Numbers in a row.
    public let width: Int
    /// The numbers as codes of `format`, row by row.
    public let codes: [UInt8]
    /// What the codes of each row are multiplied with.
    public let scales: [Float]

    /// Quantises `rows x width` numbers; the largest magnitude of a row gets the largest code.
    /// A row whose numbers are all below 1e-30 becomes zeros.
    public init(_ values: UnsafePointer<Float>, rows: Int, width: Int, format: KeyValueFormat) {
        self.format = format
        self.rows = rows
        self.width = width
        var scales = [Float](repeating: 1, count: rows)
        codes = [UInt8](unsafeUninitializedCapacity: rows * width) { buffer, filled in
            filled = rows * width
            guard let codes = buffer.baseAddress else { return }
            for row in 0..<rows {
                let input = values + row * width
                switch format {
                case .int8:
                    scales[row] = Int8Code.scale(input, width)
                    Int8Code.encode(input, perUnit: 1 / scales[row], flip: 0, into: codes + row * width, width)
                case .fp8:
                    let largest = VectorMath.largestMagnitude(input, width)
                    scales[row] = largest > 1e-30 ? largest / Float8E4M3.largest : 1
                    Float8E4M3.encode(input, perUnit: 1 / scales[row], into: codes + row * width, width)
                }
            }
        }
        self.scales = scales
    }

    /// Bytes of codes and scales.
    public var bytes: Int { codes.count + 4 * scales.count }

    /// Writes the numbers back in single precision.
    public func dequantise(into result: UnsafeMutablePointer<Float>) {
        codes.withUnsafeBufferPointer { codes in
            Float8E4M3.values.withUnsafeBufferPointer { values in
                for row in 0..<rows {
                    let scale = scales[row]
                    for index in (row * width)..<((row + 1) * width) {
                        let code =
                            format == .int8 ? Float(Int8(bitPattern: codes[index])) : values[Int(codes[index])]
                        result[index] = code * scale
                    }
                }
            }
        }
    }

    /// What quantising these numbers changed.
    public func error(against values: UnsafePointer<Float>) -> QuantisationError {
        var restored = [Float](repeating: 0, count: codes.count)
        dequantise(into: &restored)
        return QuantisationError(restored, against: values, count: codes.count)
    }
}

/// How far numbers are from those they stand for.
public struct QuantisationError: Sendable, Equatable {
    /// Root of the sum of squared differences over that of the squared true numbers; 0 where there are none.
    public let relativeRootMeanSquare: Double
    /// Largest difference over the largest true magnitude.
    public let relativeLargest: Double

    /// Compares `count` numbers; also attention's results from quantised and unquantised caches.
    public init(_ values: UnsafePointer<Float>, against truth: UnsafePointer<Float>, count: Int) {
        var squares = 0.0, truthSquares = 0.0, largest = 0.0, truthLargest = 0.0
        for index in 0..<count {
            let difference = Double(values[index]) - Double(truth[index])
            let exact = Double(truth[index])
            squares += difference * difference
            truthSquares += exact * exact
            largest = max(largest, difference.magnitude)
            truthLargest = max(truthLargest, exact.magnitude)
        }
        relativeRootMeanSquare = truthSquares > 0 ? (squares / truthSquares).squareRoot() : 0
        relativeLargest = truthLargest > 0 ? largest / truthLargest : 0
    }
}
