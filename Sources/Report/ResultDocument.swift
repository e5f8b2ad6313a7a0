import EventEngine
import JSONText
import Scenario

/// The result of a scenario as one JSON document. Numbers are in SI base units with the unit in the key;
/// nothing in it depends on the machine, the clock or the folder.
public struct ResultDocument: Sendable {
    /// The schema that a document names.
    public static let schema = "simulate-result/1"
    /// Changes when the same scenario may give other numbers.
    public static let engineVersion = "0.1.0"

    /// The document.
    public let value: JSONValue

    /// - Parameter scenario: the scenario with all settings applied, variants included.
    public init(scenario: JSONValue, variants: [VariantRun]) {
        let hash = StableHash.fnv1a64(JSONWriter.canonicalForHash(scenario))
        var results = JSONObject()
        for run in variants { results[run.name] = run.json }
        var document: JSONObject = [
            "schema": .string(Self.schema),
            "engine_version": .string(Self.engineVersion),
            "scenario": ["hash": .string(Self.hexadecimal(hash)), "document": scenario],
            "variants": .object(results),
        ]
        if variants.count > 1, let verdict = Verdict(variants) { document["comparison"] = verdict.json }
        if let verdict = TenantVerdict(variants) { document["tenant_comparison"] = verdict.json }
        if let probabilities = LearningProbabilities.json(variants) { document["learning_comparison"] = probabilities }
        if let equal = EqualStepTimeReport.json(variants) { document["cards_for_equal_step_time"] = equal }
        value = .object(document)
    }

    /// Sixteen digits.
    static func hexadecimal(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
