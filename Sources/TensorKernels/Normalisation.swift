/// Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv:1910.07467):
/// `y = x / sqrt(mean(x^2) + epsilon) x weight`.
public struct RMSNorm: Sendable {
    /// Numbers of a row.
    public var width: Int
    /// Added to the mean square.
    public var epsilon: Float

    public init(width: Int, epsilon: Float = 1e-6) {
        precondition(width > 0, "a row holds at least one number")
        self.width = width
        self.epsilon = epsilon
    }

    /// Normalises `rows` rows.
    public func apply(
        _ input: UnsafePointer<Float>, weight: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
        rows: Int
    ) {
        for row in 0..<rows {
            normalise(input + row * width, weight, into: result + row * width)
        }
    }

    /// Adds `input` to the residual stream and normalises the sum: reads both, writes both.
    public func apply(
        adding input: UnsafePointer<Float>, to residual: UnsafeMutablePointer<Float>,
        weight: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int
    ) {
        for row in 0..<rows {
            Elementwise.add(input + row * width, to: residual + row * width, count: width)
            normalise(residual + row * width, weight, into: result + row * width)
        }
    }

    @inline(__always)
    private func normalise(
        _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
    ) {
        let meanSquare = VectorMath.sumOfSquares(input, width) / Float(width)
        let factor = 1 / (meanSquare + epsilon).squareRoot()
        var index = 0
        while index + 16 <= width {
            VectorMath.store(
                VectorMath.load(input, index) * factor * VectorMath.load(weight, index), result, index)
            index += 16
        }
        while index < width {
            result[index] = input[index] * factor * weight[index]
            index += 1
        }
    }
}
