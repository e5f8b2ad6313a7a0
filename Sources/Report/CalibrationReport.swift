import JSONText
import Studies

/// Tables of a calibration and of its evaluation.
public enum CalibrationReport {
    /// What was read, what was wrong with it, and the fitted numbers.
    public static func text(_ calibration: Calibration) -> String {
        let lint = calibration.lint, table = calibration.table
        var fits = TextTable([
            "kernels of \(calibration.engine)", "samples", "eta_c", "eta_m", "setup", "MAPE", "p95", "bias",
            "roofline MAPE",
        ])
        for entry in calibration.entries {
            let isBound = entry.group.kernel == .elementwise || entry.group.kernel == .allReduce
            fits.add([
                name(entry.group), "\(entry.fit.samples)",
                isBound ? "" : rounded(entry.fit.computeEfficiency, 3), rounded(entry.fit.memoryEfficiency, 3),
                time(entry.fit.setupNanoseconds / 1e9), percent(entry.error.mean), percent(entry.error.p95),
                percent(entry.error.bias), percent(entry.roofline.mean),
            ])
        }
        return "\(calibration.device.name): \(lint.samples.count) kernels; "
            + "\(lint.duplicates) repeated lines (median kept), "
            + "\(table.emptyShapes) without rows and \(lint.implausible) above the device's peaks left out, "
            + "\(table.eagerLaunches) eager collectives left out, \(lint.nonMonotone) out of order\n\n" + fits.text
    }

    /// Errors on what the fits did not see.
    public static func text(_ evaluation: CalibrationEvaluation) -> String {
        var table = TextTable([
            "predicted", "measured", "kernels", "MAPE", "median", "p95", "bias", "roofline MAPE", "roofline bias",
            "90 % within",
            "holds for",
        ])
        for row in evaluation.rows {
            table.add([
                name(row.group), name(row.choice), "\(row.model.count)", percent(row.model.mean),
                percent(row.model.median), percent(row.model.p95), percent(row.model.bias),
                percent(row.roofline.mean), percent(row.roofline.bias),
                row.interval.map { percent($0.halfWidth) } ?? "", row.interval.map { percent($0.coverage) } ?? "",
            ])
        }
        return table.text
    }

    /// Errors of fits held against a manifest's table, with the bars that it states.
    public static func text(_ results: [KernelValidation]) -> String {
        var table = TextTable([
            "kernels left out of the fit", "measured", "kernels", "bias", "MAPE", "median", "p95", "roofline MAPE",
            "90 % within", "holds for", "bar",
        ])
        for result in results {
            for row in result.evaluation.rows {
                table.add([
                    "\(result.name): \(name(row.group))", name(row.choice), "\(row.model.count)",
                    percent(row.model.bias),
                    percent(row.model.mean), percent(row.model.median), percent(row.model.p95),
                    percent(row.roofline.mean), row.interval.map { percent($0.halfWidth) } ?? "",
                    row.interval.map { percent($0.coverage) } ?? "", bars(result, row),
                ])
            }
        }
        return table.text
    }

    private static func bars(_ result: KernelValidation, _ row: CalibrationEvaluation.Row) -> String {
        result.bars.filter { $0.bounds(row) }
            .map { "MAPE <= \(percent($0.atMost))\(row.model.mean <= $0.atMost ? "" : " MISSED")" }
            .joined(separator: ", ")
    }

    /// The same for scripts.
    public static func json(_ results: [KernelValidation]) -> JSONValue {
        .array(results.map { result in
            [
                "name": .string(result.name), "description": .string(result.description),
                "device": .string(result.device), "engine": .string(result.engine),
                "errors": .array(result.evaluation.rows.map(json)),
                "bars": .array(result.bars.map { bar in
                    let value = result.value(of: bar)
                    return [
                        "kernels": .string(bar.kernels.rawValue), "measured": .init(bar.measured),
                        "surface": .bool(bar.surface), "at_most": .real(bar.atMost),
                        "value": value.map(JSONValue.real) ?? .null, "holds": .bool((value ?? .infinity) <= bar.atMost),
                    ]
                }),
            ]
        })
    }

    private static func json(_ row: CalibrationEvaluation.Row) -> JSONValue {
        var object: JSONObject = [
            "kernels": .string(name(row.group)), "measured": .string(name(row.choice)),
            "error": json(row.model), "roofline": json(row.roofline),
        ]
        if let interval = row.interval {
            object["interval"] = [
                "probability": .real(ConformalInterval.probability), "half_width": .real(interval.halfWidth),
                "coverage": .real(interval.coverage),
            ]
        }
        return .object(object)
    }

    /// Fits and errors for scripts; shares, not percents.
    public static func json(_ calibration: Calibration, _ evaluation: CalibrationEvaluation?) -> JSONValue {
        let fits = calibration.entries.map { entry -> JSONValue in
            [
                "kernels": .string(name(entry.group)), "samples": .init(entry.fit.samples),
                "compute_efficiency": .real(entry.fit.computeEfficiency),
                "memory_efficiency": .real(entry.fit.memoryEfficiency),
                "setup_s": .real(entry.fit.setupNanoseconds / 1e9), "error": json(entry.error),
                "roofline": json(entry.roofline),
            ]
        }
        return [
            "device": .string(calibration.device.name), "engine": .string(calibration.engine), "fits": .array(fits),
            "evaluation": .array((evaluation?.rows ?? []).map(json)),
        ]
    }

    private static func json(_ errors: ErrorSummary) -> JSONValue {
        [
            "kernels": .init(errors.count), "mape": .real(errors.mean), "median": .real(errors.median),
            "p95": .real(errors.p95), "bias": .real(errors.bias),
        ]
    }

    private static func name(_ group: KernelSample.Group) -> String {
        let type = group.dataType.rawValue
        return group.cacheType == group.dataType
            ? "\(group.kernel.rawValue) \(type)" : "\(group.kernel.rawValue) \(type), cache \(group.cacheType.rawValue)"
    }

    private static func name(_ choice: CalibrationEvaluation.Choice) -> String {
        switch choice {
        case .prior: "nothing"
        case .samples(let count): "\(count)"
        case .surface(let count): "\(count), with surface"
        case .extrapolation: "12 small, 4 large"
        case .otherDevice(let name): "nothing: \(name)'s"
        }
    }
}
