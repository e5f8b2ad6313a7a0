import Glibc
import Hardware
import JSONText
import Studies
import Testing
import Timing

/// Shipped profiles against the tables that they were fitted to, where simulate-export has converted them:
/// `aiconfigurator-a100.csv` and `aiconfigurator-h100.csv` in the folder that `SIMULATE_KERNEL_TABLES` names.
@Suite struct CalibrationDataTests {
    private static let folder = getenv("SIMULATE_KERNEL_TABLES").map { String(cString: $0) }

    @Test(.enabled(if: folder != nil, "set SIMULATE_KERNEL_TABLES to a folder of converted kernel tables"),
          arguments: ["a100", "h100"])
    func theShippedProfileIsTheFitOfTheTable(name: String) throws {
        let target = try CalibrationDevice(.named(name))
        let path = (Self.folder ?? "") + "/aiconfigurator-\(name).csv"
        let calibration = try Calibration(KernelTable(contentsOf: path), on: target)
        let shipped = try ProfileRegistry.profile(for: name)
        #expect(shipped.engine == calibration.engine)
        let gemm = try #require(calibration.entries.first { $0.group.kernel == .gemm && $0.group.dataType == .bf16 })
        #expect(abs(shipped.gemm.computeEfficiency.value - gemm.fit.computeEfficiency) <= 0.001)
        #expect(abs(shipped.gemm.memoryEfficiency.value - gemm.fit.memoryEfficiency) <= 0.001)
        #expect(shipped.gemm.computeEfficiency.provenance == .measured)
        let rows = try CalibrationEvaluation(calibration, on: target).rows
        func error(_ choice: CalibrationEvaluation.Choice) throws -> Double {
            try #require(rows.first { $0.group == gemm.group && $0.choice == choice }).model.mean
        }
        // What the prior and sixteen samples reach on dense GEMM.
        #expect(try error(.prior) <= (name == "h100" ? 0.10 : 0.18))
        #expect(try error(.samples(16)) <= (name == "h100" ? 0.09 : 0.13))
        #expect(try error(.extrapolation) <= (name == "h100" ? 0.08 : 0.14))
    }
}
