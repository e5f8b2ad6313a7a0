import Testing

@testable import Timing

@Suite struct ExecutionModeTests {
    /// 1, 2, 4, multiples of 8 to 248, multiples of 16 from 256 to 512.
    static let capturedSizes = [1, 2, 4] + Array(stride(from: 8, through: 248, by: 8))
        + Array(stride(from: 256, through: 512, by: 16))

    @Test(arguments: [ExecutionMode.graphFull, .graphPiecewise, .geStatic])
    func capturedModesPadToTheNextCapturedSize(mode: ExecutionMode) {
        for tokens in 1...512 {
            #expect(mode.paddedTokens(tokens) == Self.capturedSizes.first { $0 >= tokens }, "\(tokens)")
        }
        #expect(Set((1...512).map(mode.paddedTokens)).sorted() == Self.capturedSizes)
    }

    @Test(arguments: ExecutionMode.allCases)
    func nothingIsPaddedAboveTheLargestGraph(mode: ExecutionMode) {
        for tokens in [0, 513, 1000, 8192] { #expect(mode.paddedTokens(tokens) == tokens) }
    }

    @Test(arguments: [ExecutionMode.eager, .geDynamic])
    func launchedModesComputeWhatIsAsked(mode: ExecutionMode) {
        for tokens in 0...600 { #expect(mode.paddedTokens(tokens) == tokens) }
    }

    @Test func spellings() {
        #expect(ExecutionMode.allCases.map(\.rawValue) == [
            "eager", "graph-full", "graph-piecewise", "ge-static", "ge-dynamic",
        ])
    }
}
