/// What a quantity measures.
public enum QuantityDimension: Sendable, CaseIterable {
    /// Time; base unit: second.
    case time
    /// Amount of data; base unit: byte.
    case bytes
    /// Data over time; base unit: byte per second.
    case bandwidth
    /// Arithmetic over time, floating-point or integer; base unit: operation per second.
    case compute
    /// Repetitions over time; base unit: hertz.
    case frequency
    /// Power; base unit: watt.
    case power

    /// The name with its article, as it reads in a message.
    public var nameInText: String {
        switch self {
        case .time: "a time"
        case .bytes: "a number of bytes"
        case .bandwidth: "a bandwidth"
        case .compute: "a compute rate"
        case .frequency: "a frequency"
        case .power: "a power"
        }
    }
}

/// A unit: `multiplier x 10^decimalExponent x 2^binaryExponent` base units of its dimension, which
/// keeps conversions exact.
public struct QuantityUnit: Sendable, Equatable {
    /// How it is written.
    public let name: String
    /// What it measures.
    public let dimension: QuantityDimension
    /// 1, or 60, 3600, 86400 for times above the second.
    let multiplier: Int
    let decimalExponent: Int
    let binaryExponent: Int

    init(
        _ name: String, _ dimension: QuantityDimension, times multiplier: Int = 1, decimal: Int = 0,
        binary: Int = 0
    ) {
        self.name = name
        self.dimension = dimension
        self.multiplier = multiplier
        decimalExponent = decimal
        binaryExponent = binary
    }
}

extension QuantityDimension {
    /// The units that may be written, smallest first.
    public var units: [QuantityUnit] {
        switch self {
        case .time:
            decimal([("ns", -9), ("us", -6), ("ms", -3), ("s", 0)]) + [
                QuantityUnit("min", .time, times: 60), QuantityUnit("h", .time, times: 3600),
                QuantityUnit("d", .time, times: 86400),
            ]
        case .bytes:
            decimal([("B", 0), ("kB", 3), ("MB", 6), ("GB", 9), ("TB", 12)])
                + binary([("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)])
        case .bandwidth:
            decimal([("B/s", 0), ("kB/s", 3), ("MB/s", 6), ("GB/s", 9), ("TB/s", 12)])
                + binary([("KiB/s", 10), ("MiB/s", 20), ("GiB/s", 30), ("TiB/s", 40)])
                + [("Mbit/s", 6), ("Gbit/s", 9), ("Tbit/s", 12)].map {
                    QuantityUnit($0.0, .bandwidth, decimal: $0.1, binary: -3)
                }
        case .compute:
            decimal([("FLOP/s", 0), ("MFLOP/s", 6), ("GFLOP/s", 9), ("TFLOP/s", 12), ("PFLOP/s", 15)])
                + decimal([("OP/s", 0), ("MOP/s", 6), ("GOP/s", 9), ("TOP/s", 12), ("POP/s", 15)])
        case .frequency: decimal([("Hz", 0), ("kHz", 3), ("MHz", 6), ("GHz", 9)])
        case .power: decimal([("W", 0), ("kW", 3), ("MW", 6)])
        }
    }

    /// The unit of this spelling; `µs` with either of its two characters is `us`.
    func unit(spelled text: String) -> QuantityUnit? {
        let isMicro = self == .time && (text == "\u{B5}s" || text == "\u{3BC}s")
        return units.first { $0.name == (isMicro ? "us" : text) }
    }

    private func decimal(_ units: [(String, Int)]) -> [QuantityUnit] {
        units.map { QuantityUnit($0.0, self, decimal: $0.1) }
    }

    private func binary(_ units: [(String, Int)]) -> [QuantityUnit] {
        units.map { QuantityUnit($0.0, self, binary: $0.1) }
    }
}
