import JSONText
import Studies

/// A comparison of two results for people: per workload the figures, where the time went, how busy the pools
/// were, and what was set differently.
public enum ComparisonReport {
    /// The whole report.
    /// - Parameter names: what the two are called, such as their files.
    public static func text(_ comparison: ResultComparison, names: (first: String, second: String)) -> String {
        var text = "A: \(title(comparison.first, names.first))\nB: \(title(comparison.second, names.second))\n"
        if comparison.first.engineVersion != comparison.second.engineVersion {
            text += "Two versions of the engine, \(comparison.first.engineVersion) and "
                + "\(comparison.second.engineVersion), may differ by themselves.\n"
        }
        var settings: [ChangedSetting]?
        for pair in comparison.pairs {
            text += "\n" + heading(pair) + "\n\n" + figures(pair) + note(pair.pairing) + "\n" + moved(pair)
            // Most pairs of two files differ in the same settings: they are told once.
            if pair.settings == settings, comparison.pairs.count > 1 {
                text += "\nSettings differ as above.\n"
            } else {
                text += "\n" + differences(pair.settings)
            }
            settings = pair.settings
        }
        return text
    }

    private static func title(_ result: ComparedResult, _ name: String) -> String {
        "\(name) (\(result.name.isEmpty ? "unnamed" : result.name), scenario \(result.hash))"
    }

    private static func heading(_ pair: ComparedPair) -> String {
        func names(_ first: String, _ second: String) -> String {
            first == second ? first : "\(first) against \(second)"
        }
        return "variant \(names(pair.variants.first, pair.variants.second)), "
            + "workload \(names(pair.workloads.first, pair.workloads.second))"
    }

    private static func note(_ pairing: DrawPairing) -> String {
        switch pairing {
        case .paired:
            "In brackets: 5 % to 95 % of the draws of the timing parameters, which both share.\n"
        case .differentDraws:
            "In brackets: 5 % to 95 % of the draws of the timing parameters. The draws have different seeds or "
                + "numbers, so that nothing is known of both together.\n"
        case .absent: ""
        }
    }

    private static func moved(_ pair: ComparedPair) -> String {
        var text = ""
        if !pair.parts.isEmpty {
            var table = TextTable(["mean E2E, where it goes", "A", "B", "B - A"])
            for part in pair.parts where part.first != 0 || part.second != 0 { table.add(row(part, signedTime, time)) }
            text += table.text + "\n"
        }
        var table = TextTable(["share of time computing", "A", "B", "B - A"])
        for pool in pair.pools { table.add(row(pool, signedPoints, percent)) }
        return text + table.text
    }

    private static func row(
        _ part: ComparedPart, _ difference: (Double) -> String, _ format: (Double) -> String
    ) -> [String] {
        let name = stages[part.name] ?? part.name
        return [name, part.first.map(format) ?? "-", part.second.map(format) ?? "-",
                part.difference.map(difference) ?? "-"]
    }

    private static let stages = ["decode_queueing": "waiting for decode", "kv_transfer": "KV transfer"]

    private static func differences(_ settings: [ChangedSetting]) -> String {
        guard !settings.isEmpty else { return "The settings are the same.\n" }
        var table = TextTable(["settings that differ", "A", "B"])
        for setting in settings {
            table.add([setting.path.description, short(setting.first), short(setting.second)])
        }
        return table.text
    }

    /// A value on one line, cut where it is long.
    private static func short(_ value: JSONValue?) -> String {
        guard let value else { return "-" }
        let text = JSONWriter.compact.text(of: value)
        return text.count <= 48 ? text : text.prefix(45) + "..."
    }
}

/// A difference of times with its sign.
func signedTime(_ seconds: Double) -> String { signed(seconds, time) }

/// A difference of shares in percentage points, with its sign.
func signedPoints(_ share: Double) -> String { signed(share) { rounded($0 * 100, 1) } + " points" }

/// A difference with its sign, which zero has none of.
func signed(_ value: Double, _ format: (Double) -> String) -> String {
    value > 0 ? "+" + format(value) : format(value)
}
