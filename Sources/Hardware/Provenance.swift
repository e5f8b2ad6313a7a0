/// Where a number comes from, and so how far it can be trusted.
///
/// The spellings of descriptors and results are `measured`, `fewshot(16)`, `sibling(h100)`,
/// `published`, `datasheet` and `assumed`. Beside a value in a descriptor stands its `source`, which
/// becomes the payload of ``published(source:)``.
public enum Provenance: Sendable, Equatable {
    /// Fitted to many measurements of the device itself.
    case measured
    /// Fitted to this many measurements of the device itself, at least one.
    case fewshot(samples: Int)
    /// Taken over from the named device of the same family.
    case sibling(of: String)
    /// Stated by a public repository, paper or page.
    case published(source: String)
    /// From the vendor's specification.
    case datasheet
    /// A guess that nothing supports; what is known from memory alone counts as this.
    case assumed

    /// Standard deviation of the logarithm of a value, common to all its uses (0.03 is 3 %).
    ///
    /// It is the bias that does not average out over the steps of a run; scatter from operator to
    /// operator and sampling error are stated elsewhere and never added to it. Of fewer than sixteen
    /// measurements it grows as the root of their number falls, to 24 % for one.
    /// - Parameter vendorEverMeasured: false widens `datasheet` from 15 % to 25 %: no public
    ///   measurement ties such a vendor's figures to achieved speed. See ``DeviceVendor``.
    public func logStandardDeviation(vendorEverMeasured: Bool) -> Double {
        switch self {
        case .measured: 0.03
        case .fewshot(let samples): samples < 16 ? 0.24 / Double(max(1, samples)).squareRoot() : 0.06
        case .sibling: 0.08
        case .published: 0.10
        case .datasheet: vendorEverMeasured ? 0.15 : 0.25
        case .assumed: 0.30
        }
    }

    /// Spellings a descriptor may use, for messages; `n` and `device` stand for the reader's own.
    static let spellings = ["measured", "fewshot(n)", "sibling(device)", "published", "datasheet", "assumed"]
}

extension Provenance: CustomStringConvertible {
    /// The spelling that ``init(parsing:source:)`` reads back, `published` without its source.
    public var description: String {
        switch self {
        case .measured: "measured"
        case .fewshot(let samples): "fewshot(\(samples))"
        case .sibling(let device): "sibling(\(device))"
        case .published: "published"
        case .datasheet: "datasheet"
        case .assumed: "assumed"
        }
    }

    /// Reads a spelling; nil when it is none.
    /// - Parameter source: what becomes the source of a bare `published`. The form
    ///   `published(source)` carries its own.
    public init?(parsing text: String, source: String = "") {
        let (word, argument) = Self.split(text)
        switch (word, argument) {
        case ("measured", nil): self = .measured
        case ("datasheet", nil): self = .datasheet
        case ("assumed", nil): self = .assumed
        case ("published", let own): self = .published(source: own ?? source)
        case ("sibling", .some(let device)): self = .sibling(of: device)
        case ("fewshot", .some(let count)):
            guard let samples = Int(count), samples > 0 else { return nil }
            self = .fewshot(samples: samples)
        default: return nil
        }
    }

    /// `word(argument)` in its parts; the argument is nil without brackets and never empty.
    private static func split(_ text: String) -> (word: String, argument: String?) {
        guard let open = text.firstIndex(of: "("), text.last == ")" else { return (text, nil) }
        let argument = text[text.index(after: open)...].dropLast()
        return argument.isEmpty ? (text, nil) : (String(text[..<open]), String(argument))
    }
}
