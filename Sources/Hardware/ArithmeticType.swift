/// A number format in which a device computes.
///
/// The raw values are the keys of `matrix_rate` and `vector_rate` and agree with the data types of
/// models wherever both exist. Formats that are only stored (`int4`) are computed in another.
public enum ArithmeticType: String, Sendable, CaseIterable {
    case fp32, tf32, bf16, fp16, fp8, int8, fp4
}

/// Peak rates of one kind of unit by number format, in FLOP/s or OP/s; one multiply-add is two.
public struct PeakRates: Sendable, Equatable {
    /// Indexed by the position in `ArithmeticType.allCases`.
    private var rates: [Sourced<Double>?]

    /// No rate known for any format.
    public init() { rates = Array(repeating: nil, count: ArithmeticType.allCases.count) }

    /// The rate of a format, or nil where the unit does not support it or it is not known.
    public subscript(type: ArithmeticType) -> Sourced<Double>? {
        get { rates[Self.index(type)] }
        set { rates[Self.index(type)] = newValue }
    }

    /// The formats with a rate, in the order of `ArithmeticType.allCases`.
    public var supported: [ArithmeticType] { ArithmeticType.allCases.filter { self[$0] != nil } }

    private static func index(_ type: ArithmeticType) -> Int {
        switch type {
        case .fp32: 0
        case .tf32: 1
        case .bf16: 2
        case .fp16: 3
        case .fp8: 4
        case .int8: 5
        case .fp4: 6
        }
    }
}
