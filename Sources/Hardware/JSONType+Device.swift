import JSONText

extension JSONType<Double> {
    /// A bandwidth above zero, in B/s: no link is free and none is dead.
    static var positiveBandwidth: JSONType { .quantity(.bandwidth, sign: .positive) }
}

extension JSONType<PeakRates> {
    /// Rates by number format: `{ "bf16": { "value": "148 TFLOP/s", … } }`.
    static func peakRates(atLeast minimum: Int) -> JSONType {
        let expected = minimum == 0 ? "an object of rates" : "an object of rates, at least one"
        return .object(expected) { object in
            var rates = PeakRates()
            for type in ArithmeticType.allCases {
                rates[type] = object.optional(
                    type.rawValue, .sourced(.quantity(.compute, sign: .positive)))
            }
            let isEmpty = !ArithmeticType.allCases.contains { object.has($0.rawValue) }
            if minimum > 0, isEmpty { object.fail("expected at least one rate") }
            return rates
        }
    }
}

extension JSONType<CoreCounts> {
    /// `{ "kind": "aic-aiv", "matrix": …, "vector": … }`; `vector` exactly where the kind is split.
    static var coreCounts: JSONType {
        .object { cores in
            let kind = cores.required("kind", .choice(CoreKind.self))
            let matrix = cores.required("matrix", .sourced(.integer(in: 1...)))
            let count = JSONType<Sourced<Int>>.sourced(.integer(in: 1...))
            if kind.isSplit {
                return CoreCounts(kind: kind, matrix: matrix, vector: cores.required("vector", count))
            }
            if cores.has("vector") {
                cores.fail(
                    at: "vector", "cores of kind \(kind.rawValue) do matrix and vector work alike",
                    remedy: "leave it out")
            }
            return CoreCounts(kind: kind, matrix: matrix, vector: nil)
        }
    }
}
