import EventEngine
import Testing

@testable import TensorKernels

@Suite struct ExpertTests {
    static let gates = [
        ExpertGating(experts: 8, expertsPerToken: 2), ExpertGating(experts: 5, expertsPerToken: 5),
        ExpertGating(experts: 20, expertsPerToken: 3, scoring: .sigmoid),
        ExpertGating(experts: 20, expertsPerToken: 1, renormalises: false),
    ]

    /// Every token visits its best experts once, and rows are tokens in the order of experts.
    @Test(arguments: gates, [0, 1, 33])
    func routingIsWhole(gate: ExpertGating, tokens: Int) {
        let logits = randomNumbers(tokens * gate.experts, "router") + [0]
        let routing = gate.route(logits, tokens: tokens)
        #expect(routing.rows == tokens * gate.expertsPerToken)
        #expect(routing.tokensPerExpert.reduce(0, +) == routing.rows)
        #expect(routing.imbalance >= 1)
        #expect(Set(routing.rowSource).count == routing.rows)
        for expert in 0..<gate.experts {
            let sources = routing.rowSource[routing.firstRow[expert]..<routing.firstRow[expert + 1]]
            #expect(sources.allSatisfy { routing.chosen[$0] == expert })
            #expect(Array(sources) == sources.sorted())
        }
        for token in 0..<tokens {
            let row = logits[(token * gate.experts)..<((token + 1) * gate.experts)]
            let best = row.indices.sorted { row[$0] > row[$1] }.prefix(gate.expertsPerToken)
            let visits = (token * gate.expertsPerToken)..<((token + 1) * gate.expertsPerToken)
            #expect(routing.chosen[visits].map { $0 + token * gate.experts } == Array(best))
            if gate.renormalises { #expect((routing.weights[visits].reduce(0, +) - 1).magnitude < 1e-5) }
        }
    }

    @Test func byHand() {
        let logits = [0.1, 0.2, 0.3, 0.4].map { Float(PortableMath.log($0)) }
        let kept = ExpertGating(experts: 4, expertsPerToken: 2).route(logits, tokens: 1)
        #expect(kept.chosen == [3, 2])
        #expect(relativeError(kept.weights, [4.0 / 7, 3.0 / 7]) < 1e-6)
        let raw = ExpertGating(experts: 4, expertsPerToken: 2, renormalises: false).route(logits, tokens: 1)
        #expect(relativeError(raw.weights, [0.4, 0.3]) < 1e-6)
        // Odds of p are logits of p / (1 + p); the bias moves the choice and not the weight.
        let biased = ExpertGating(experts: 4, expertsPerToken: 1, scoring: .sigmoid, renormalises: false)
            .route(logits, tokens: 1, bias: [1, 0, 0, 0])
        #expect(biased.chosen == [0])
        #expect(relativeError(biased.weights, [0.1 / 1.1]) < 1e-6)
        #expect(kept.imbalance == 2 && kept.tokensPerExpert == [0, 0, 1, 1])
    }

    /// Gather, grouped products and combination: the weighted sum of each token's experts.
    @Test(arguments: GemmTests.backends)
    func groupedProductIsThatOfDoublePrecision(backend: GemmBackend) throws {
        let tokens = 13, k = 12, n = 9
        let gate = ExpertGating(experts: 6, expertsPerToken: 2)
        let routing = gate.route(randomNumbers(tokens * 6, "router"), tokens: tokens)
        let x = randomNumbers(tokens * k, "x"), w = randomNumbers(6 * n * k, "w")
        var rows = [Float](repeating: .nan, count: routing.rows * k)
        var products = [Float](repeating: .nan, count: routing.rows * n)
        var result = [Float](repeating: .nan, count: tokens * n)
        routing.gather(x, width: k, into: &rows)
        let gemm = try Gemm(backend: backend)
        try gemm.multiply(grouped: rows, routing, weights: w, into: &products, n: n, k: k)
        routing.combine(products, width: n, into: &result)
        var exact = [Double](repeating: 0, count: tokens * n)
        for (visit, expert) in routing.chosen.enumerated() {
            let token = visit / 2
            let product = referenceProduct(
                Array(x[(token * k)..<((token + 1) * k)]), Array(w[(expert * n * k)..<((expert + 1) * n * k)]),
                GemmShape(m: 1, n: n, k: k))
            for column in 0..<n { exact[token * n + column] += product[column] * Double(routing.weights[visit]) }
        }
        #expect(relativeError(result, exact) < 3e-6)
        try gemm.multiply(
            grouped: rows.map(BFloat16.init), routing, weights: w.map(BFloat16.init), into: &products, n: n, k: k)
        routing.combine(products, width: n, into: &result)
        #expect(relativeError(result, exact) < 1e-2)
    }
}
