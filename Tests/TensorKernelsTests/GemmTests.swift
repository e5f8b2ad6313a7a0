import Testing

@testable import TensorKernels

/// Products of every backend that this build has, against double precision.
@Suite struct GemmTests {
    static let backends: [GemmBackend] = GemmBackend.preferred == .plain ? [.plain] : [.plain, .oneDNN]
    static let shapes = [
        GemmShape(m: 1, n: 1, k: 1), GemmShape(m: 1, n: 64, k: 128), GemmShape(m: 3, n: 5, k: 7),
        GemmShape(m: 4, n: 16, k: 33), GemmShape(m: 17, n: 9, k: 50), GemmShape(m: 66, n: 3, k: 20),
        GemmShape(m: 5, n: 2, k: 1030),
    ]

    @Test(arguments: backends, shapes)
    func singlePrecision(backend: GemmBackend, shape: GemmShape) throws {
        let a = randomNumbers(shape.m * shape.k, "a"), w = randomNumbers(shape.n * shape.k, "w")
        var c = [Float](repeating: .nan, count: shape.m * shape.n)
        try Gemm(backend: backend).multiply(a, w, into: &c, shape)
        #expect(relativeError(c, referenceProduct(a, w, shape)) < 2e-6)
    }

    /// Against the rounded factors only the sums are inexact.
    @Test(arguments: backends, shapes)
    func bfloat16(backend: GemmBackend, shape: GemmShape) throws {
        let a = randomNumbers(shape.m * shape.k, "a").map(BFloat16.init)
        let w = randomNumbers(shape.n * shape.k, "w").map(BFloat16.init)
        var c = [Float](repeating: .nan, count: shape.m * shape.n)
        try Gemm(backend: backend).multiply(a, w, into: &c, shape)
        #expect(relativeError(c, referenceProduct(a.map(\.float), w.map(\.float), shape)) < 2e-6)
    }

    /// Sums of codes are exact, so that all backends agree to the bit.
    @Test(arguments: backends, shapes)
    func int8(backend: GemmBackend, shape: GemmShape) throws {
        let numbers = randomNumbers(shape.m * shape.k, "a"), weights = randomNumbers(shape.n * shape.k, "w")
        let a = QuantisedActivations(numbers, rows: shape.m, width: shape.k)
        let w = QuantisedWeights(weights, rows: shape.n, width: shape.k)
        var c = [Float](repeating: .nan, count: shape.m * shape.n)
        var sums = [Int32](repeating: 0, count: c.count)
        try Gemm(backend: backend).multiply(a, w, into: &c, sums: &sums)
        var exact: [Float] = []
        for row in 0..<shape.m {
            for column in 0..<shape.n {
                let sum = (0..<shape.k).reduce(0) {
                    $0 + (Int(a.codes[row * shape.k + $1]) - 128) * Int(w.codes[column * shape.k + $1])
                }
                exact.append(Float(sum) * (a.scales[row] * w.scales[column]))
            }
        }
        #expect(c == exact)
        // Each factor is off by at most half a step of 1/127 of a number below one.
        let bound = Double(shape.k) / 127 * 1.01
        for (value, true64) in zip(c, referenceProduct(numbers, weights, shape)) {
            #expect((Double(value) - true64).magnitude <= bound)
        }
    }

    @Test(arguments: backends)
    func extremeCodesDoNotSaturate(backend: GemmBackend) throws {
        let k = 256
        let a = QuantisedActivations([Float](repeating: 1, count: k), rows: 1, width: k)
        let w = QuantisedWeights([Float](repeating: -1, count: k), rows: 1, width: k)
        var c: [Float] = [0], sums: [Int32] = [0]
        try Gemm(backend: backend).multiply(a, w, into: &c, sums: &sums)
        #expect(sums[0] == -255 * 127 * 256)
        #expect((c[0] + 256).magnitude < 1e-4)
    }

    @Test(arguments: backends)
    func batchesHaveMatricesOfTheirOwn(backend: GemmBackend) throws {
        let shape = GemmShape(m: 3, n: 5, k: 8)
        let a = randomNumbers(2 * 24, "a"), w = randomNumbers(2 * 40, "w")
        var c = [Float](repeating: 0, count: 30)
        try Gemm(backend: backend).multiply(batches: 2, a, w, into: &c, shape)
        let exact = referenceProduct(Array(a[..<24]), Array(w[..<40]), shape)
            + referenceProduct(Array(a[24...]), Array(w[40...]), shape)
        #expect(relativeError(c, exact) < 2e-6)
    }

    @Test(arguments: backends)
    func emptyProductsAreAllowed(backend: GemmBackend) throws {
        let gemm = try Gemm(backend: backend)
        var c: [Float] = [5]
        try gemm.multiply([0 as Float], [0 as Float], into: &c, GemmShape(m: 0, n: 1, k: 1))
        #expect(c == [5])
        try gemm.multiply([0 as Float], [0 as Float], into: &c, GemmShape(m: 1, n: 1, k: 0))
        #expect(c == [0])
    }

    @Test func byHand() throws {
        var c = [Float](repeating: 0, count: 4)
        try Gemm(backend: .plain).multiply(
            [1, 2, 3, 4] as [Float], [5, 6, 7, 8] as [Float], into: &c, GemmShape(m: 2, n: 2, k: 2))
        #expect(c == [17, 23, 39, 53])
        #expect(GemmShape(m: 2, n: 3, k: 5).flop == 60)
    }

    @Test func missingOneDNNIsSaid() {
        guard GemmBackend.preferred == .plain else { return }
        #expect(throws: KernelError.withoutOneDNN) { try Gemm(backend: .oneDNN) }
        #expect(!HostInstructions.areNative(for: .int8) && HostInstructions.areNative(for: .fp32))
    }
}
