import EventEngine
import ModelGraph
import TensorKernels

/// A kernel at one shape, with the operations and bytes that it needs at least.
struct KernelCase {
    var name: String
    var type: GemmType
    var flop: Double
    var bytes: Double
    var work: () -> Void

    func line(_ peaks: Peaks) -> String {
        let seconds = KernelBenchmarks.time(work)
        let rate = flop / seconds.least / 1e9, stream = bytes / seconds.least / 1e9
        func column(_ value: Double, of peak: Double) -> String {
            value > 0
                ? value.fixed(1, width: 9) + (100 * value / peak).fixed(0, width: 6) + " %" : "        -      - "
        }
        let least = (seconds.least * 1e3).fixed(3, width: 9), median = (seconds.median * 1e3).fixed(3, width: 9)
        return name.padded(to: 44) + least + median
            + column(rate, of: peaks.rate(type)) + column(stream, of: peaks.gigabytes)
    }

    // MARK: Matrix products

    static func products(_ gemm: Gemm) throws -> [KernelCase] {
        var list: [KernelCase] = []
        for type in GemmType.allCases {
            for m in [1, 16, 256] {
                list.append(try product(gemm, type, GemmShape(m: m, n: 4096, k: 4096)))
            }
        }
        let plain = try Gemm(backend: .plain)
        list.append(try product(plain, .fp32, GemmShape(m: 1, n: 4096, k: 4096)))
        list.append(try product(plain, .fp32, GemmShape(m: 64, n: 1024, k: 1024)))
        list.append(try grouped(gemm, tokens: 64, experts: 32, n: 1024, k: 1024))
        return list
    }

    static func product(_ gemm: Gemm, _ type: GemmType, _ shape: GemmShape) throws -> KernelCase {
        let a = Buffer<Float>(random: shape.m * shape.k), w = Buffer<Float>(random: shape.n * shape.k)
        let c = Buffer<Float>(shape.m * shape.n, repeating: 0)
        let work: () -> Void
        switch type {
        case .fp32:
            try gemm.multiply(a.start, w.start, into: c.start, shape)
            work = { try? gemm.multiply(a.start, w.start, into: c.start, shape) }
        case .bf16:
            let narrowA = Buffer<BFloat16>(shape.m * shape.k, repeating: BFloat16(0))
            let narrowW = Buffer<BFloat16>(shape.n * shape.k, repeating: BFloat16(0))
            BFloat16.convert(a.start, to: narrowA.start, count: shape.m * shape.k)
            BFloat16.convert(w.start, to: narrowW.start, count: shape.n * shape.k)
            try gemm.multiply(narrowA.start, narrowW.start, into: c.start, shape)
            work = { try? gemm.multiply(narrowA.start, narrowW.start, into: c.start, shape) }
        case .int8:
            let codesA = QuantisedActivations(a.start, rows: shape.m, width: shape.k)
            let codesW = QuantisedWeights(w.start, rows: shape.n, width: shape.k)
            let sums = Buffer<Int32>(shape.m * shape.n, repeating: 0)
            try gemm.multiply(codesA, codesW, into: c.start, sums: sums.start)
            work = { try? gemm.multiply(codesA, codesW, into: c.start, sums: sums.start) }
        }
        let size: Double = type == .fp32 ? 4 : (type == .bf16 ? 2 : 1)
        let factors = shape.k * (shape.m + shape.n), results = shape.m * shape.n
        let sides = "\(shape.m) x \(shape.n) x \(shape.k)"
        return KernelCase(
            name: "gemm \(type.rawValue) \(gemm.backend.rawValue) " + sides, type: type, flop: shape.flop,
            bytes: size * Double(factors) + 4 * Double(results), work: work)
    }

    private static func grouped(_ gemm: Gemm, tokens: Int, experts: Int, n: Int, k: Int) throws -> KernelCase {
        let logits = Buffer<Float>(random: tokens * experts)
        let routing = ExpertGating(experts: experts, expertsPerToken: 4).route(logits.start, tokens: tokens)
        let rows = Buffer<Float>(random: routing.rows * k), w = Buffer<Float>(random: experts * n * k)
        let c = Buffer<Float>(routing.rows * n, repeating: 0)
        try gemm.multiply(grouped: rows.start, routing, weights: w.start, into: c.start, n: n, k: k)
        let active = routing.tokensPerExpert.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
        return KernelCase(
            name: "grouped gemm fp32, \(tokens) tokens, 4 of \(experts)", type: .fp32,
            flop: 2 * Double(routing.rows * n * k), bytes: 4 * Double(active * n * k + routing.rows * (n + k))
        ) { try? gemm.multiply(grouped: rows.start, routing, weights: w.start, into: c.start, n: n, k: k) }
    }

    // MARK: Attention

    static var attention: [KernelCase] {
        let grouped = AttentionHeads(query: 32, keyValue: 8, keySize: 128, valueSize: 128, storedPerToken: 2048)
        let single = AttentionHeads(query: 32, keyValue: 32, keySize: 128, valueSize: 128, storedPerToken: 8192)
        let latent = AttentionHeads(query: 16, keyValue: 1, keySize: 576, valueSize: 512, storedPerToken: 576)
        return [
            prefill("prefill attention, 256 new of 1024", grouped, queries: 256, keys: 1024),
            decode("decode attention, grouped, 8 x 4096", grouped, sequences: 8, context: 4096),
            decode("decode attention, one head each, 2 x 4096", single, sequences: 2, context: 4096),
            decode("decode attention, latent, 8 x 4096", latent, sequences: 8, context: 4096),
        ]
    }

    private static func prefill(_ name: String, _ heads: AttentionHeads, queries: Int, keys: Int) -> KernelCase {
        let q = Buffer<Float>(random: queries * heads.query * heads.keySize)
        let cache = Buffer<Float>(random: keys * heads.storedPerToken)
        let result = Buffer<Float>(queries * heads.query * heads.valueSize, repeating: 0)
        let keyWidth = heads.keyValue * heads.keySize
        let view = KeyValueView(
            keys: cache.start, values: cache.start + keys * keyWidth,
            keyLayout: .tokens(heads: heads.keyValue, size: heads.keySize),
            valueLayout: .tokens(heads: heads.keyValue, size: heads.valueSize), tokens: keys)
        let pairs = queries * (keys - queries) + queries * (queries + 1) / 2
        let width = heads.query * (heads.keySize + heads.valueSize)
        return KernelCase(
            name: name, type: .fp32, flop: 2 * Double(pairs * width),
            bytes: 4 * Double(keys * heads.storedPerToken + queries * width)
        ) { [cache] in
            _ = cache
            Attention(heads: heads).prefill(q.start, count: queries, view, into: result.start)
        }
    }

    private static func decode(
        _ name: String, _ heads: AttentionHeads, sequences: Int, context: Int
    ) -> KernelCase {
        let q = Buffer<Float>(random: sequences * heads.query * heads.keySize)
        let cache = Buffer<Float>(random: sequences * context * heads.storedPerToken)
        let result = Buffer<Float>(sequences * heads.query * heads.valueSize, repeating: 0)
        let isLatent = heads.storedPerToken == heads.keyValue * heads.keySize
        let keyLayout = KeyValueView.Layout(tokenStride: heads.keySize, headStride: context * heads.keySize)
        let valueLayout = KeyValueView.Layout(tokenStride: heads.valueSize, headStride: context * heads.valueSize)
        let views = (0..<sequences).map { sequence in
            let keys = cache.start + sequence * context * heads.storedPerToken
            return KeyValueView(
                keys: keys, values: isLatent ? keys : keys + context * heads.keyValue * heads.keySize,
                keyLayout: keyLayout, valueLayout: isLatent ? keyLayout : valueLayout, tokens: context)
        }
        let width = heads.query * (heads.keySize + heads.valueSize)
        return KernelCase(
            name: name, type: .fp32, flop: 2 * Double(sequences * context * width),
            bytes: 4 * Double(sequences * context * heads.storedPerToken + sequences * width)
        ) { [cache] in
            _ = cache
            Attention(heads: heads).decode(q.start, views, into: result.start)
        }
    }
}
