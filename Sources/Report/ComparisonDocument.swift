import JSONText
import Studies

/// A comparison of two results as one JSON document; "second" minus, and over, "first".
public struct ComparisonDocument: Sendable {
    /// The schema that a document names.
    public static let schema = "simulate-comparison/1"

    /// The document.
    public let value: JSONValue

    /// Creates the document of a comparison.
    public init(_ comparison: ResultComparison) {
        value = [
            "schema": .string(Self.schema),
            "first": Self.json(comparison.first), "second": Self.json(comparison.second),
            "pairs": .array(comparison.pairs.map(Self.json)),
        ]
    }

    private static func json(_ result: ComparedResult) -> JSONValue {
        [
            "scenario": .string(result.name), "hash": .string(result.hash),
            "engine_version": .string(result.engineVersion),
        ]
    }

    private static func json(_ pair: ComparedPair) -> JSONValue {
        [
            "variant": ["first": .string(pair.variants.first), "second": .string(pair.variants.second)],
            "workload": ["first": .string(pair.workloads.first), "second": .string(pair.workloads.second)],
            "draws": .string(pair.pairing.rawValue),
            "metrics": .object(JSONObject(pair.figures.map { ($0.path, json($0)) })),
            "mean_e2e_parts_s": json(pair.parts),
            "pool_utilisation": json(pair.pools),
            "settings": .array(pair.settings.map { setting in
                [
                    "path": .string(setting.path.description), "first": setting.first ?? .null,
                    "second": setting.second ?? .null,
                ]
            }),
        ]
    }

    private static func json(_ figure: ComparedFigure) -> JSONValue {
        var object = sides(figure.first, figure.second, figure.difference)
        object["ratio"] = json(figure.ratio)
        if let interval = figure.firstInterval { object["first_interval"] = json(interval) }
        if let interval = figure.secondInterval { object["second_interval"] = json(interval) }
        if let interval = figure.ratioInterval { object["ratio_interval"] = json(interval) }
        if let probability = figure.probabilitySecondBetter {
            object["probability_second_better"] = .real(probability)
        }
        return .object(object)
    }

    private static func json(_ parts: [ComparedPart]) -> JSONValue {
        .object(JSONObject(parts.map { ($0.name, .object(sides($0.first, $0.second, $0.difference))) }))
    }

    private static func sides(_ first: Double?, _ second: Double?, _ difference: Double?) -> JSONObject {
        ["first": json(first), "second": json(second), "difference": json(difference)]
    }

    private static func json(_ interval: DrawnInterval) -> JSONValue {
        ["p5": .real(interval.p5), "p95": .real(interval.p95)]
    }

    private static func json(_ value: Double?) -> JSONValue { value.map { .real($0) } ?? .null }
}
