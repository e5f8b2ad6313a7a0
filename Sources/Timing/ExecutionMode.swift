/// How the host drives the device through a step. It changes host time and the shapes that run, never kernels.
public enum ExecutionMode: String, Sendable, CaseIterable {
    /// One launch per kernel.
    case eager
    /// One captured graph per bucket of tokens, replayed whole.
    case graphFull = "graph-full"
    /// Captured pieces between attention kernels, which are launched one by one.
    case graphPiecewise = "graph-piecewise"
    /// A compiled graph sunk to the device as one task.
    case geStatic = "ge-static"
    /// A compiled graph whose operators are shaped, tiled and launched by native code.
    case geDynamic = "ge-dynamic"

    /// Largest number of tokens for which a graph is captured; larger steps run eagerly.
    public static let largestGraph = 512

    /// Whether shapes are padded to captured sizes.
    var isCaptured: Bool {
        switch self {
        case .graphFull, .graphPiecewise, .geStatic: true
        case .eager, .geDynamic: false
        }
    }

    /// Tokens that a step of `tokens` really computes. Captured sizes are 1, 2, 4, then multiples of 8
    /// below 256 and of 16 up to ``largestGraph`` (vLLM and vLLM-Ascend's default lists).
    public func paddedTokens(_ tokens: Int) -> Int {
        guard isCaptured, tokens <= Self.largestGraph else { return tokens }
        switch tokens {
        case ...2: return tokens
        case ...4: return 4
        case ..<249: return (tokens + 7) / 8 * 8
        default: return (tokens + 15) / 16 * 16
        }
    }
}
