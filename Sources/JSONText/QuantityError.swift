/// How a text fails to be a quantity.
public enum QuantityError: Error, Sendable, Equatable {
    /// It does not begin with a number.
    case notANumber(QuantityDimension)
    /// It is a number without a unit; the proposal is what was probably meant.
    case missingUnit(QuantityDimension, proposal: String)
    /// Its unit does not exist or belongs to another dimension.
    case unknownUnit(String, QuantityDimension)
    /// It is below zero where that makes no sense.
    case negative
    /// It is zero where that makes no sense.
    case zero
    /// It does not fit into 64 bits (or, as a double, is infinite).
    case outOfRange
    /// It has more digits than can be converted exactly.
    case tooManyDigits
}

extension QuantityError {
    /// What was expected and what to write instead, for a quantity that stands in no document.
    public func explanation(_ dimension: QuantityDimension) -> String {
        "expected " + expectation(dimension) + (remedy.map { "; \($0)" } ?? "")
    }

    /// What was expected.
    func expectation(_ dimension: QuantityDimension) -> String {
        switch self {
        case .notANumber, .missingUnit: "\(dimension.nameInText) with its unit"
        case .unknownUnit(let unit, _):
            Self.dimension(of: unit).map {
                "\(dimension.nameInText) (\(unit) is the unit of \($0.nameInText))"
            } ?? "\(dimension.nameInText) with a known unit"
        case .negative: "\(dimension.nameInText) of at least zero"
        case .zero: "\(dimension.nameInText) above zero"
        case .outOfRange: "\(dimension.nameInText) within 64 bits"
        case .tooManyDigits: "\(dimension.nameInText) of at most \(ExactDecimal.maximumDigits) digits"
        }
    }

    /// What to write instead, where that is known.
    var remedy: String? {
        switch self {
        case .missingUnit(_, let proposal): "write \"\(proposal)\""
        case .notANumber(let dimension): "write a number and one of \(dimension.unitNames)"
        case .unknownUnit(let unit, let dimension):
            dimension.near(unit).map { "did you mean \($0)?" } ?? "units are \(dimension.unitNames)"
        case .negative, .zero, .outOfRange, .tooManyDigits: nil
        }
    }

    private static func dimension(of unit: String) -> QuantityDimension? {
        QuantityDimension.allCases.first { $0.unit(spelled: unit) != nil }
    }
}

extension QuantityDimension {
    var unitNames: String { units.map(\.name).joined(separator: ", ") }

    /// The unit nearest to a wrong one.
    fileprivate func near(_ spelled: String) -> String? {
        let names = units.map(\.name)
        // Another dimension's unit is no misspelling of ours, even where it looks like one.
        guard !Self.allCases.contains(where: { $0.unit(spelled: spelled) != nil }) else { return nil }
        // `Gb/s` and `Gbps` are bits by habit and bytes by mistake: eight times apart, so ask.
        if self == .bandwidth, let prefix = spelled.first, "MGT".contains(prefix),
            ["b/s", "bps"].contains(spelled.dropFirst())
        {
            return "\(prefix)bit/s or \(prefix)B/s"
        }
        return names.first { $0.lowercased() == spelled.lowercased() }
            ?? Spelling.nearest(to: spelled, among: names)
    }

    /// The quantity that a bare number probably means. Times are seconds; in the others small
    /// numbers are counted in the unit of data sheets (GiB, GB/s, TFLOP/s, MHz).
    func proposal(for value: Double, written text: String) -> String {
        switch self {
        case .time: return Self.scaled(value, [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1)], text)
        case .bytes:
            if value.magnitude < 4096 { return "\(text) GiB" }
            let binary = [("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40)]
            if value.remainder(dividingBy: 0x1p20) == 0 { return Self.scaled(value, binary, text) }
            return Self.scaled(value, [("B", 1), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12)], text)
        case .bandwidth:
            if value.magnitude < 1e5 { return "\(text) GB/s" }
            return Self.scaled(value, [("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12)], text)
        case .compute:
            if value.magnitude < 1e5 { return "\(text) TFLOP/s" }
            return Self.scaled(value, [("GFLOP/s", 1e9), ("TFLOP/s", 1e12), ("PFLOP/s", 1e15)], text)
        case .frequency:
            if value.magnitude < 1e5 { return "\(text) MHz" }
            return Self.scaled(value, [("kHz", 1e3), ("MHz", 1e6), ("GHz", 1e9)], text)
        case .power: return "\(text) W"
        }
    }

    /// The value in the largest unit that leaves at least 1; the text itself in the last unit of all
    /// when it is zero.
    private static func scaled(_ value: Double, _ units: [(name: String, size: Double)], _ text: String)
        -> String
    {
        guard value != 0, let unit = units.last(where: { value.magnitude >= $0.size }) else {
            return "\(text) \(value == 0 ? units[units.count - 1].name : units[0].name)"
        }
        // Division by 1e-3 is inexact: multiply by its reciprocal, which is a whole number.
        let number = unit.size < 1 ? value * (1 / unit.size).rounded() : value / unit.size
        let isWhole = number == number.rounded() && number.magnitude < 1e15
        return "\(isWhole ? "\(Int64(number))" : "\(number)") \(unit.name)"
    }
}
