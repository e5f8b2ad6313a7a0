import JSONText
import Studies

/// Tables and JSON of predictions held against measurements.
public enum ValidationReport {
    /// One line per manifest, group and metric: errors over all cases, each bar with what it bounds.
    public static func text(_ results: [ValidationResult]) -> String {
        let hasIntervals = results.contains { $0.metrics().contains { metric in
            results.contains { $0.errors(of: metric)?.coverage != nil }
        } }
        var table = TextTable(
            ["measured", "metric", "figures", "bias", "MAPE", "median", "p95"] + (hasIntervals ? ["inside 5-95 %"] : [])
                + ["bar"])
        for result in results {
            for group in result.groups {
                for metric in result.metrics(of: group) {
                    guard let errors = result.errors(of: metric, group: group) else { continue }
                    table.add(row(result, group, metric, errors, hasIntervals))
                }
            }
            for bar in result.bars where bar.group == nil && result.groups.count > 1 {
                guard let errors = result.errors(of: bar.metric) else { continue }
                table.add(row(result, nil, bar.metric, errors, hasIntervals))
            }
        }
        return table.text + "\n" + results.map(notes).joined()
    }

    private static func row(
        _ result: ValidationResult, _ group: String?, _ metric: String, _ errors: ValidationErrors,
        _ hasIntervals: Bool
    ) -> [String] {
        let isAlone = result.groups.count == 1
        let bars = result.bars.filter { bar in
            bar.metric == metric && (bar.group == group || isAlone && bar.group == nil)
        }.map { bar in
            let holds = (result.value(of: bar) ?? .infinity) <= bar.atMost
            return "\(bar.statistic.rawValue) <= \(percent(bar.atMost))\(holds ? "" : " MISSED")"
        }
        let name = [result.name, group ?? "all"].filter { !$0.isEmpty }.joined(separator: ": ")
        return [
            name, metric, "\(errors.count)", signed(errors.bias), percent(errors.meanAbsolute),
            percent(errors.medianAbsolute), percent(errors.p95Absolute),
        ] + (hasIntervals ? [errors.coverage.map(percent) ?? ""] : []) + [bars.joined(separator: ", ")]
    }

    /// What is behind a manifest's lines: how many cases, what was left out and why, what was fitted.
    private static func notes(_ result: ValidationResult) -> String {
        var text = "\(result.name): \(result.cases.count) cases"
        if result.duplicates > 0 { text += ", \(result.duplicates) repeated rows left out" }
        if !result.fitted.isEmpty { text += "; fitted to them: " + result.fitted.joined(separator: ", ") }
        text += "\n"
        for uncovered in result.uncovered {
            text += "  not covered, \(uncovered.count): \(uncovered.reason)\n"
        }
        return text
    }

    /// Every figure of every case, signed error first.
    public static func details(_ results: [ValidationResult]) -> String {
        var table = TextTable(["case", "metric", "predicted", "measured", "error"])
        for result in results {
            for validated in result.cases {
                for figure in validated.figures {
                    let label = [result.name, validated.label, figure.stage ?? ""].filter { !$0.isEmpty }
                    table.add([
                        label.joined(separator: " "), figure.metric, significant(figure.predicted),
                        significant(figure.measured), signed(figure.error),
                    ])
                }
            }
        }
        return table.text
    }

    /// All of it as JSON.
    public static func json(_ results: [ValidationResult], kernels: [KernelValidation] = []) -> JSONValue {
        var object: JSONObject = [
            "schema": "simulate-validation-result/1", "validations": .array(results.map(json)),
        ]
        if !kernels.isEmpty { object["kernels"] = CalibrationReport.json(kernels) }
        return .object(object)
    }

    private static func json(_ result: ValidationResult) -> JSONValue {
        var summaries: [JSONValue] = []
        for group in result.groups {
            for metric in result.metrics(of: group) {
                guard let errors = result.errors(of: metric, group: group) else { continue }
                summaries.append([
                    "group": .string(group), "metric": .string(metric), "figures": .init(errors.count),
                    "bias": .real(errors.bias), "mean_error": .real(errors.mean), "mape": .real(errors.meanAbsolute),
                    "median": .real(errors.medianAbsolute), "p95": .real(errors.p95Absolute),
                    "worst": .real(errors.largestAbsolute), "coverage": errors.coverage.map(JSONValue.real) ?? .null,
                ])
            }
        }
        return [
            "name": .string(result.name), "description": .string(result.description),
            "fitted": .array(result.fitted.map(JSONValue.string)), "duplicates": .init(result.duplicates),
            "errors": .array(summaries),
            "bars": .array(result.bars.map { bar in
                let value = result.value(of: bar)
                return [
                    "metric": .string(bar.metric), "group": bar.group.map(JSONValue.string) ?? .null,
                    "statistic": .string(bar.statistic.rawValue), "at_most": .real(bar.atMost),
                    "value": value.map(JSONValue.real) ?? .null, "holds": .bool((value ?? .infinity) <= bar.atMost),
                ]
            }),
            "uncovered": .array(result.uncovered.map {
                ["reason": .string($0.reason), "count": .init($0.count)]
            }),
            "cases": .array(result.cases.map(json)),
        ]
    }

    private static func json(_ validated: ValidatedCase) -> JSONValue {
        [
            "case": .string(validated.label), "group": .string(validated.group),
            "figures": .array(validated.figures.map { figure in
                [
                    "metric": .string(figure.metric), "stage": figure.stage.map(JSONValue.string) ?? .null,
                    "predicted": .real(figure.predicted), "measured": .real(figure.measured),
                    "error": .real(figure.error),
                    "interval": figure.interval.map { .array([.real($0.lowerBound), .real($0.upperBound)]) } ?? .null,
                ]
            }),
        ]
    }

    private static func signed(_ share: Double) -> String { (share > 0 ? "+" : "") + percent(share) }
}
