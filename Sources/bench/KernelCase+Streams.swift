import EventEngine
import TensorKernels

extension KernelCase {
    /// Kernels that memory bounds, on 256 MiB in rows of 4096 numbers.
    static var streams: [KernelCase] {
        let rows = 16384, width = 4096, count = rows * width
        let x = Buffer<Float>(random: count), y = Buffer<Float>(random: count), z = Buffer<Float>(random: count)
        let weight = Buffer<Float>(width, repeating: 1)
        func stream(_ name: String, numbers: Int, _ work: @escaping () -> Void) -> KernelCase {
            KernelCase(name: name, type: .fp32, flop: 0, bytes: 4 * Double(numbers), work: work)
        }
        let norm = RMSNorm(width: width)
        let rotary = Rotary(size: 128, positions: 4096)
        let positions = (0..<rows).map { $0 % 4096 }
        var random = RandomStream(seed: 1, name: "kernel benchmark sampling")
        let sampler = TokenSampler(temperature: 0.8, topK: 50, topP: 0.95)
        return [
            stream("norm with residual", numbers: 4 * count) {
                norm.apply(adding: x.start, to: y.start, weight: weight.start, into: z.start, rows: rows)
            },
            stream("rotary, 32 heads of 128", numbers: 2 * count) {
                rotary.apply(x.start, heads: 32, headStride: 128, tokenStride: width, positions: positions)
            },
            stream("SwiGLU", numbers: 3 * count / 2) {
                Elementwise.swiGLU(x.start, into: y.start, rows: rows, width: width / 2)
            },
            stream("softmax", numbers: 2 * count) { Softmax.apply(z.start, rows: rows, width: width) },
            stream("sampling, 16 x 131072, top 50, 0.95", numbers: 16 * 131_072 * 2) {
                for row in 0..<16 {
                    _ = sampler.sample(x.start + row * 131_072, count: 131_072, using: &random)
                }
            },
            stream("copy", numbers: 2 * count) { Elementwise.copy(x.start, to: y.start, count: count) },
            stream("reduce of 4", numbers: 3 * count / 4 + 4 * count / 4) {
                Elementwise.reduce(x.start, ranks: 4, into: y.start, count: count / 4)
            },
            quantisation(.int8, x, rows: rows, width: width),
            quantisation(.fp8, x, rows: rows, width: width),
        ]
    }

    private static func quantisation(
        _ format: KeyValueFormat, _ x: Buffer<Float>, rows: Int, width: Int
    ) -> KernelCase {
        KernelCase(
            name: "KV cache to \(format.rawValue)", type: .fp32, flop: 0, bytes: 5 * Double(rows * width)
        ) {
            _ = QuantisedKeyValues(x.start, rows: rows * width / 128, width: 128, format: format)
        }
    }
}
