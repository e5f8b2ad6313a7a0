import EventEngine
import JSONText

extension MeasuredTable {
    /// Names that the profiler gives to layers, and the operators they measure.
    private static let operatorNames = [
        "embedding": "embedding", "layernorm": "norm", "qkv_proj": "qkv_proj", "rotary_emb": "rotary_and_cache",
        "o_proj": "o_proj", "gate_up_proj": "gate_up_proj", "act_fn": "activation", "down_proj": "down_proj",
        "final_layernorm": "final_norm", "lm_head": "lm_head", "sampler": "sampling",
    ]

    /// Reads a profile in the layout of LLMServingSim's profiler, one folder per tensor-parallel degree: `dense.csv`
    /// (`layer, tokens, time_us`), `per_sequence.csv` (`layer, sequences, time_us`) and `attention.csv`
    /// (`prefill_chunk, kv_prefill, n_decode, kv_decode, time_us`, tokens each). Other columns are passed over.
    /// - Throws: a ``FileProblem`` that names file and line.
    public init(folder: String) throws(FileProblem) {
        var hash = StableHash.fnv1a64([])
        func table(_ name: String) throws(FileProblem) -> MeasuredCells {
            let path = folder + (folder.hasSuffix("/") ? "" : "/") + name
            let bytes = try FileText.read(path)
            hash = hash &* 0x100_0000_01B3 ^ StableHash.fnv1a64(bytes)
            return try MeasuredCells(bytes, file: path)
        }
        var kernels: [Kernel] = []
        for (name, column) in [("dense.csv", "tokens"), ("per_sequence.csv", "sequences")] {
            try Self.append(try table(name), size: column, to: &kernels)
        }
        var attention: [Attention] = []
        let cells = try table("attention.csv")
        let columns = try cells.columns(["prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us"])
        for row in cells.rows {
            let sizes = try columns.dropLast().map { column throws(FileProblem) in try cells.integer(row, column) }
            attention.append(Attention(
                chunkTokens: sizes[0], priorContext: sizes[1], sequences: sizes[2], context: sizes[3],
                nanoseconds: try cells.nanoseconds(row, columns[4])))
        }
        self.init(source: folder, hash: hash, kernels: kernels, attention: attention)
    }

    private static func append(
        _ cells: MeasuredCells, size column: String, to kernels: inout [Kernel]
    ) throws(FileProblem) {
        let columns = try cells.columns(["layer", column, "time_us"])
        for row in cells.rows {
            let layer = cells.text(row, columns[0])
            guard let name = operatorNames[layer] else {
                throw cells.problem(
                    row, "unknown layer \(layer)",
                    remedy: "known are \(operatorNames.keys.sorted().joined(separator: ", "))")
            }
            let point = (size: try cells.integer(row, columns[1]), nanoseconds: try cells.nanoseconds(row, columns[2]))
            if let index = kernels.firstIndex(where: { $0.name == name }) {
                kernels[index].points.append(point)
            } else {
                kernels.append(Kernel(name: name, points: [point]))
            }
        }
    }
}
