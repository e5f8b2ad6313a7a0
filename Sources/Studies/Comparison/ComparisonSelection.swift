import JSONText

/// Which variants and workloads of two results are put side by side.
public struct ComparisonSelection: Sendable, Equatable {
    /// A variant of the first result; nil for all that both have.
    public var variant: String?
    /// The variant of the second result, where it has another name.
    public var otherVariant: String?
    /// A workload of the first result; nil for all that both variants have.
    public var workload: String?
    /// The workload of the second result, where it has another name.
    public var otherWorkload: String?

    /// A selection; everything by name unless stated.
    public init(
        variant: String? = nil, otherVariant: String? = nil, workload: String? = nil, otherWorkload: String? = nil
    ) {
        self.variant = variant
        self.otherVariant = otherVariant
        self.workload = workload
        self.otherWorkload = otherWorkload
    }

    /// The pairs of names, in the order of the first result.
    /// - Throws: a name that a result does not have, or that the two have nothing in common.
    func pairs(_ first: ComparedResult, _ second: ComparedResult) throws(ComparisonProblem) -> [ComparedNames] {
        let variants = try Self.pairs(
            "variant", first.variantNames, second.variantNames, chosen: variant, otherVariant)
        var pairs: [ComparedNames] = []
        for (one, other) in variants {
            let workloads = try Self.pairs(
                "workload", first.workloadNames(of: one), second.workloadNames(of: other), chosen: workload,
                otherWorkload)
            pairs += workloads.map { ComparedNames(variants: (one, other), workloads: $0) }
        }
        return pairs
    }

    private static func pairs(
        _ kind: String, _ first: [String], _ second: [String], chosen: String?, _ other: String?
    ) throws(ComparisonProblem) -> [(String, String)] {
        if let chosen {
            let other = other ?? chosen
            for (name, known, which) in [(chosen, first, "first"), (other, second, "second")]
            where !known.contains(name) {
                throw .unknown(
                    kind: kind, name: name, result: which, nearest: Spelling.nearest(to: name, among: known),
                    known: known)
            }
            return [(chosen, other)]
        }
        let common = first.filter(second.contains)
        if common.isEmpty {
            // One on each side needs no name.
            guard first.count == 1, second.count == 1 else {
                throw .nothingInCommon(kind: kind, first: first, second: second)
            }
            return [(first[0], second[0])]
        }
        return common.map { ($0, $0) }
    }
}

/// A variant and a workload of each of two results.
struct ComparedNames {
    var variants: (String, String)
    var workloads: (String, String)
}

/// Why two results cannot be compared.
public enum ComparisonProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// A result has no variant or workload of this name.
    case unknown(kind: String, name: String, result: String, nearest: String?, known: [String])
    /// The results share no variant or workload.
    case nothingInCommon(kind: String, first: [String], second: [String])

    /// What is wrong and what to write instead.
    public var description: String {
        switch self {
        case .unknown(let kind, let name, let result, let nearest, let known):
            let remedy = nearest.map { "did you mean \($0)?" } ?? "known are \(known.joined(separator: ", "))"
            return "the \(result) result has no \(kind) \(name); \(remedy)"
        case .nothingInCommon(let kind, let first, let second):
            return "the results have no \(kind) in common: \(first.joined(separator: ", ")) and "
                + "\(second.joined(separator: ", ")); name one of each with --\(kind) and --other-\(kind)"
        }
    }
}
