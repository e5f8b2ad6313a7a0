/// Figures for people: few digits, a unit that keeps them short.

/// A time in seconds with three significant digits.
public func time(_ seconds: Double) -> String {
    switch abs(seconds) {
    case 0: "0 s"
    case ..<1e-6: significant(seconds * 1e9) + " ns"
    case ..<1e-3: significant(seconds * 1e6) + " us"
    case ..<1: significant(seconds * 1e3) + " ms"
    default: significant(seconds) + " s"
    }
}

/// A share as a percentage with one decimal.
func percent(_ share: Double) -> String { rounded(share * 100, 1) + " %" }

/// A number with a fixed number of decimals, halves away from zero.
func rounded(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return sign + "\(whole)" }
    let digits = "\(whole)"
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A number with three significant digits, six decimals at most.
func significant(_ value: Double) -> String {
    switch abs(value) {
    case 0: "0"
    case ..<0.0009995: rounded(value, 6)
    case ..<0.009995: rounded(value, 5)
    case ..<0.09995: rounded(value, 4)
    case ..<0.9995: rounded(value, 3)
    case ..<9.995: rounded(value, 2)
    case ..<99.95: rounded(value, 1)
    default: rounded(value, 0)
    }
}
