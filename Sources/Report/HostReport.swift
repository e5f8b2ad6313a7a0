import HostServing
import JSONText
import ModelGraph
import Studies

/// Tables of the host's calibration and of the loop that it closes.
public enum HostReport {
    /// The fitted numbers with their errors and spreads.
    public static func text(_ calibration: HostCalibration) -> String {
        let device = calibration.device
        var table = TextTable([
            "kernels of this machine, one thread", "samples", "eta_c", "eta_m", "setup", "MAPE", "p95", "bias",
            "p90/p50",
        ])
        for entry in calibration.entries {
            let parameters = entry.fit.parameters
            table.add([
                entry.kernel.rawValue, "\(entry.fit.samples)",
                entry.kernel == .elementwise ? "" : rounded(parameters.compute, 3), rounded(parameters.memory, 3),
                time(parameters.setup / 1e9), percent(entry.error.mean), percent(entry.error.p95),
                percent(entry.error.bias), rounded(entry.spread, 2),
            ])
        }
        let overhead = calibration.overhead
        return "peaks: \(significant((device.matrixRates[.fp32]?.value ?? 0) / 1e9)) GFLOP/s, "
            + "\(significant(device.memoryBytesPerSecond.value / 1e9)) GB/s in a core's cache\n\n" + table.text
            + "\nbetween the kernels of a step: \(time(overhead.step / 1e9)), "
            + "\(time(overhead.perSequence / 1e9)) a sequence, \(time(overhead.perToken / 1e9)) a token; "
            + "p90/p50 is the widest of a kind's measurements\n"
    }

    /// The numbers for scripts.
    public static func json(_ calibration: HostCalibration) -> JSONValue {
        let fits = calibration.entries.map { entry -> JSONValue in
            [
                "kernels": .string(entry.kernel.rawValue), "samples": .init(entry.fit.samples),
                "compute_efficiency": .real(entry.fit.parameters.compute),
                "memory_efficiency": .real(entry.fit.parameters.memory),
                "setup_s": .real(entry.fit.parameters.setup / 1e9), "mape": .real(entry.error.mean),
                "p95": .real(entry.error.p95), "bias": .real(entry.error.bias), "largest_spread": .real(entry.spread),
            ]
        }
        return [
            "fits": .array(fits), "step_s": .real(calibration.overhead.step / 1e9),
            "per_sequence_s": .real(calibration.overhead.perSequence / 1e9),
            "per_token_s": .real(calibration.overhead.perToken / 1e9), "device": calibration.file,
        ]
    }

    /// What the server measured beside what the simulator says.
    public static func text(_ validation: HostValidation) -> String {
        let count = validation.served.requests.count
        var table = TextTable(["\(count) requests on this machine", "measured", "predicted", "error"])
        for figure in validation.figures {
            let isTime = figure.metric != "steps"
            func cell(_ value: Double) -> String { isTime ? time(value) : "\(Int(value))" }
            table.add([name(figure.metric), cell(figure.measured), cell(figure.predicted), signed(figure.error)])
        }
        var text = table.text
        if !validation.kernels.isEmpty {
            var kernels = TextTable(["the steps that were made", "measured", "predicted", "error"])
            for kind in validation.kernels {
                kernels.add([
                    kind.name, time(kind.measured), time(kind.predicted), signed(kind.predicted / kind.measured - 1),
                ])
            }
            text += "\n" + kernels.text
        }
        let bar = HostValidation.bar
        let worst = validation.result.value(of: bar) ?? .infinity
        let verdict = worst <= bar.atMost ? "holds" : "MISSED"
        return text + "\nmean TPOT is to be within \(percent(bar.atMost)): \(verdict)\n"
    }

    /// The comparison for scripts, as other validations have it, and the time of kernels where it was counted.
    public static func json(_ validation: HostValidation) -> JSONValue {
        let value = ValidationReport.json([validation.result])
        guard !validation.kernels.isEmpty else { return value }
        let kernels = validation.kernels.map { kind -> JSONValue in
            ["kernels": .string(kind.name), "measured_s": .real(kind.measured), "predicted_s": .real(kind.predicted)]
        }
        return value.applying(mergePatch: ["kernels": .array(kernels)])
    }

    private static func name(_ metric: String) -> String {
        let parts = metric.split(separator: ".")
        let names = ["ttft_s": "TTFT", "tpot_s": "TPOT", "e2e_s": "E2E", "makespan_s": "makespan", "steps": "steps"]
        let first = names[String(parts[0])] ?? String(parts[0])
        return ([first] + parts.dropFirst().map(String.init)).joined(separator: " ")
    }

    private static func signed(_ share: Double) -> String { (share > 0 ? "+" : "") + percent(share) }
}
