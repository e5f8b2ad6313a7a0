/// Softmax of rows, in place: `exp(x / temperature)` over its sum.
public enum Softmax {
    /// - Precondition: `temperature` is positive.
    public static func apply(
        _ values: UnsafeMutablePointer<Float>, rows: Int, width: Int, temperature: Float = 1
    ) {
        precondition(temperature > 0, "softmax needs a temperature above zero")
        for row in 0..<rows {
            let numbers = values + row * width
            if temperature != 1 { VectorMath.scale(numbers, by: 1 / temperature, width) }
            let largest = VectorMath.largest(numbers, width)
            let sum = VectorMath.exponentials(numbers, minus: largest, width)
            VectorMath.scale(numbers, by: 1 / sum, width)
        }
    }
}
