import ModelGraph

/// Memory-bound operators of a step on random data.
struct StepElementwise {
    let hiddenSize: Int
    let data: RandomData

    /// Runs the kernel that the operator's name says; a copy of as many numbers where it says none of these.
    func run(
        _ operation: StepOperator, bytes: Double, _ measure: (() -> Void) throws -> Double
    ) throws -> Double {
        let numbers = Int(bytes / operation.streamType.bytes)
        if operation.name.hasSuffix("norm") {
            return try norm(rows: max(1, numbers / 4 / hiddenSize), measure)
        }
        if operation.name.hasSuffix("activation") {
            return try activation(count: max(1, numbers / 3), measure)
        }
        if operation.name == "sampling" || operation.name == "gating" {
            return try softmax(count: max(1, Int(bytes / 8)), measure)
        }
        let input = data.numbers(numbers / 2)
        var result = input
        return try measure { Elementwise.copy(input, to: &result, count: numbers / 2) }
    }

    private func norm(rows: Int, _ measure: (() -> Void) throws -> Double) throws -> Double {
        let input = data.numbers(rows * hiddenSize), weight = data.numbers(hiddenSize)
        var residual = input, result = input
        let norm = RMSNorm(width: hiddenSize)
        return try measure { norm.apply(adding: input, to: &residual, weight: weight, into: &result, rows: rows) }
    }

    private func activation(count: Int, _ measure: (() -> Void) throws -> Double) throws -> Double {
        let input = data.numbers(2 * count)
        var result = [Float](repeating: 0, count: count)
        return try measure { Elementwise.swiGLU(input, into: &result, rows: 1, width: count) }
    }

    private func softmax(count: Int, _ measure: (() -> Void) throws -> Double) throws -> Double {
        var values = data.numbers(count)
        return try measure { Softmax.apply(&values, rows: 1, width: count) }
    }
}
