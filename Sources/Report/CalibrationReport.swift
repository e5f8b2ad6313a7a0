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
        ])
        for row in evaluation.rows {
            table.add([
                name(row.group), name(row.choice), "\(row.model.count)", percent(row.model.mean),
                percent(row.model.median), percent(row.model.p95), percent(row.model.bias),
                percent(row.roofline.mean), percent(row.roofline.bias),
            ])
        }
        return table.text
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
