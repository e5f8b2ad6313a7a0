import JSONText
import ModelGraph

extension OperatorShape {
    /// The shape as an object with its kind; sizes are numbers of elements unless their key says otherwise.
    var json: JSONValue {
        switch self {
        case .gemm(let m, let n, let k):
            ["kind": "gemm", "m": .init(m), "n": .init(n), "k": .init(k)]
        case .batchedGemm(let batches, let m, let n, let k):
            ["kind": "batched_gemm", "batches": .init(batches), "m": .init(m), "n": .init(n), "k": .init(k)]
        case .groupedGemm(let rows, let active, let n, let k):
            ["kind": "grouped_gemm", "rows": .real(rows), "active_experts": .real(active), "n": .init(n), "k": .init(k)]
        case .prefillAttention(let pairs, let executedPairs, let lastBlockPairs, let queries, let keys, let heads):
            [
                "kind": "prefill_attention", "pairs": .real(pairs), "executed_pairs": .real(executedPairs),
                "last_block_pairs": .real(lastBlockPairs), "queries": .init(queries), "keys": .integer(keys),
                "heads": heads.json,
            ]
        case .decodeAttention(let sequences, let contextTokens, let heads, let squared):
            Self.json(sequences, contextTokens, heads, squared)
        case .elementwise(let bytes):
            ["kind": "elementwise", "bytes": .real(bytes)]
        case .allReduce(let bytes, let ranks):
            ["kind": "all_reduce", "bytes": .real(bytes), "ranks": .init(ranks)]
        case .allGather(let bytes, let ranks):
            ["kind": "all_gather", "bytes": .real(bytes), "ranks": .init(ranks)]
        case .sendReceive(let bytes):
            ["kind": "send_receive", "bytes": .real(bytes)]
        }
    }
}

extension OperatorShape {
    /// Decode attention; the squares of the contexts are left out where all contexts are equal.
    private static func json(
        _ sequences: Int, _ contextTokens: Int64, _ heads: AttentionHeads, _ squared: Int64?
    ) -> JSONValue {
        var object: JSONObject = [
            "kind": "decode_attention", "sequences": .init(sequences), "context_tokens": .integer(contextTokens),
            "heads": heads.json,
        ]
        if let squared { object["squared_context"] = .integer(squared) }
        return .object(object)
    }
}

extension JSONType<OperatorShape> {
    /// What ``OperatorShape/json`` writes.
    static var operatorShape: JSONType {
        .object("an operator's shape") { shape in
            let kinds = [
                "gemm", "batched_gemm", "grouped_gemm", "prefill_attention", "decode_attention", "elementwise",
                "all_reduce", "all_gather", "send_receive",
            ]
            func count(_ key: String) -> Int { shape.required(key, .integer(in: 0...)) }
            func amount(_ key: String) -> Double { shape.required(key, .number(in: 0...)) }
            switch shape.required("kind", .choice(of: kinds)) {
            case "gemm": return .gemm(m: count("m"), n: count("n"), k: count("k"))
            case "batched_gemm":
                return .batchedGemm(batches: count("batches"), m: count("m"), n: count("n"), k: count("k"))
            case "grouped_gemm":
                return .groupedGemm(
                    rows: amount("rows"), activeExperts: amount("active_experts"), n: count("n"), k: count("k"))
            case "prefill_attention":
                return .prefillAttention(
                    pairs: amount("pairs"), executedPairs: amount("executed_pairs"),
                    lastBlockPairs: amount("last_block_pairs"), queries: count("queries"), keys: Int64(count("keys")),
                    heads: shape.required("heads", .attentionHeads))
            case "decode_attention":
                return .decodeAttention(
                    sequences: count("sequences"), contextTokens: Int64(count("context_tokens")),
                    heads: shape.required("heads", .attentionHeads),
                    squaredContext: shape.optional("squared_context", .integer(in: 0...)).map(Int64.init))
            case "elementwise": return .elementwise(bytes: amount("bytes"))
            case "all_reduce": return .allReduce(bytes: amount("bytes"), ranks: count("ranks"))
            case "all_gather": return .allGather(bytes: amount("bytes"), ranks: count("ranks"))
            default: return .sendReceive(bytes: amount("bytes"))
            }
        }
    }
}

extension AttentionHeads {
    fileprivate var json: JSONValue {
        [
            "query": .init(query), "key_value": .init(keyValue), "key_size": .init(keySize),
            "value_size": .init(valueSize), "stored_per_token": .init(storedPerToken),
        ]
    }
}

extension JSONType<AttentionHeads> {
    fileprivate static var attentionHeads: JSONType {
        .object("attention heads") { heads in
            func count(_ key: String) -> Int { heads.required(key, .integer(in: 1...)) }
            return AttentionHeads(
                query: count("query"), keyValue: count("key_value"), keySize: count("key_size"),
                valueSize: count("value_size"), storedPerToken: count("stored_per_token"))
        }
    }
}
