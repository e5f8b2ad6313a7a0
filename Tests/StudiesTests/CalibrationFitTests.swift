import EventEngine
import Glibc
import Hardware
import JSONText
import ModelGraph
import Testing
import Timing

@testable import Studies

/// Fits recover what made the data, follow the prior where there is none, and become profiles.
@Suite struct CalibrationFitTests {
    /// GEMM kernels of a device with known parameters, with a scatter in the logarithm.
    private static func kernels(
        _ count: Int, compute: Double, memory: Double, setup: Double, scatter: Double = 0, type: DataType = .bf16
    ) throws -> KernelTable {
        let device = try CalibrationDevice(.named("h100"))
        var random = RandomStream(seed: 3, name: "kernels")
        var lines = ["operator,dtype,engine,seconds,m,n,k"]
        for _ in 0..<count {
            let m = 1 << random.uniform(below: 14)
            let (n, k) = (1024 << random.uniform(below: 4), 1024 << random.uniform(below: 4))
            let plain = "gemm,\(type.rawValue),e,1,\(m),\(n),\(k)"
            let sample = try KernelTable(bytes: Array((lines[0] + "\n" + plain).utf8), name: "").samples[0]
            let noise = PortableMath.exp(scatter * (random.uniform() - 0.5) * 3.46)
            let seconds = device.resources(sample).nanoseconds(
                ClassParameters(compute: compute, memory: memory, setup: setup)) / 1e9 * noise
            lines.append("gemm,\(type.rawValue),e,\(seconds),\(m),\(n),\(k)")
        }
        return try KernelTable(bytes: Array(lines.joined(separator: "\n").utf8), name: "made/kernels.csv")
    }

    @Test(arguments: [(0.75, 0.85, 4000.0), (0.6, 0.95, 8000), (0.9, 0.5, 2000)])
    func theParametersOfManyExactKernelsAreFound(compute: Double, memory: Double, setup: Double) throws {
        let device = try CalibrationDevice(.named("h100"))
        let table = try Self.kernels(2000, compute: compute, memory: memory, setup: setup, scatter: 0.05)
        let fit = try Calibration(table, on: device).entries[0].fit
        #expect(abs(fit.computeEfficiency / compute - 1) < 0.02, "\(fit)")
        #expect(abs(fit.memoryEfficiency / memory - 1) < 0.02, "\(fit)")
        #expect(abs(fit.setupNanoseconds / setup - 1) < 0.04, "\(fit)")
    }

    /// Nothing measured, the prior; memory-bound kernels alone say nothing about arithmetic.
    @Test func thePriorHoldsWhatNothingMeasures() throws {
        let device = try CalibrationDevice(.named("h100"))
        let group = KernelSample.Group(engine: "e", kernel: .gemm, dataType: .bf16, cacheType: .bf16)
        let prior = device.parameterPrior(group)
        let nothing = EfficiencyFit([], prior: prior)
        #expect(abs(nothing.computeEfficiency - 0.8) < 1e-9)
        #expect(abs(nothing.memoryEfficiency - 0.8) < 1e-9)
        #expect(abs(nothing.setupNanoseconds - 3000) < 1e-6)
        let table = try Self.kernels(400, compute: 0.4, memory: 0.6, setup: 3000)
        let bound = table.samples.map { (resources: device.resources($0), seconds: $0.seconds) }
            .filter { $0.resources.memory / 0.6 > 4 * $0.resources.compute / 0.4 }
        let fit = EfficiencyFit(bound, prior: prior)
        #expect(abs(fit.memoryEfficiency - 0.6) < 0.01)
        #expect(abs(fit.computeEfficiency - 0.8) < 1e-6)
    }

    /// No share above 1, however fast the kernels: the floor of a step stays a floor.
    @Test func noEfficiencyExceedsOne() throws {
        let device = try CalibrationDevice(.named("h100"))
        let table = try Self.kernels(300, compute: 1.15, memory: 1.15, setup: 100)
        let calibration = try Calibration(table, on: device)
        #expect(calibration.entries[0].fit.computeEfficiency == 1)
        #expect(calibration.entries[0].fit.memoryEfficiency == 1)
    }

    /// One wild sample in twenty moves the fit little.
    @Test func outliersCountLess() throws {
        let device = try CalibrationDevice(.named("h100"))
        var table = try Self.kernels(100, compute: 0.75, memory: 0.85, setup: 4000)
        for index in stride(from: 0, to: 100, by: 20) { table.samples[index].seconds *= 5 }
        let fit = try Calibration(table, on: device).entries[0].fit
        #expect(abs(fit.computeEfficiency / 0.75 - 1) < 0.05)
        #expect(abs(fit.memoryEfficiency / 0.85 - 1) < 0.05)
    }

    /// Sixteen samples are few, sixty-four are measured; the file replaces a device's own figures.
    @Test func aFitBecomesAProfile() throws {
        let device = try CalibrationDevice(.named("h100"))
        let calibration = try Calibration(
            Self.kernels(16, compute: 0.75, memory: 0.85, setup: 4000), on: device)
        let path = "/tmp/simulate-calibration-\(getpid()).json"
        let file = try FileSink(path)
        try file.write(JSONWriter.pretty.bytes(of: calibration.profile))
        try file.commit()
        defer { unlink(path) }
        let shipped = try ProfileRegistry.profile(for: "h100")
        let profile = try ProfileRegistry.profile(for: "h100", patchedBy: path)
        let samples = calibration.entries[0].fit.samples
        #expect(profile.gemm.computeEfficiency.provenance == .fewshot(samples: samples))
        #expect(abs(profile.gemm.memoryEfficiency.value - calibration.entries[0].fit.memoryEfficiency) <= 0.001)
        #expect(profile.gemm.computeEfficiency.source.contains("kernels.csv, fnv1a64 "))
        #expect(!profile.gemm.computeEfficiency.source.contains("made/"))
        // What is not replaced stays, as a sibling's: the table is of another engine.
        #expect(profile.decodeAttention.setupNanoseconds.value == shipped.decodeAttention.setupNanoseconds.value)
        #expect(profile.decodeAttention.setupNanoseconds.provenance == .sibling(of: shipped.engine))
        #expect(profile.host == shipped.host)
        #expect(profile.engine == "e")
        #expect(throws: FileProblem.self) { try ProfileRegistry.profile(for: "a100", patchedBy: path) }
    }

    /// A surface changes times inside the range of its samples, never outside, and none below the floor.
    @Test func surfacesStayInsideTheirSamples() throws {
        let device = try CalibrationDevice(.named("h100"))
        var table = try Self.kernels(200, compute: 0.75, memory: 0.85, setup: 4000)
        for index in table.samples.indices where table.samples[index].size >= 512 {
            table.samples[index].seconds *= 1.2
        }
        var calibration = try Calibration(table, on: device)
        #expect(calibration.profile["surfaces"] == nil)
        calibration.addSurfaces(on: device)
        #expect(calibration.surfaces.map(\.operatorClass) == [.gemm])
        var plain = device.prior, refined = device.prior
        for parameters in [calibration.entries[0].fit.parameters] {
            plain.gemm.computeEfficiency.value = parameters.compute
            plain.gemm.memoryEfficiency.value = parameters.memory
            plain.gemm.setupNanoseconds.value = parameters.setup
        }
        refined.gemm = plain.gemm
        refined.surfaces = calibration.surfaces
        func duration(_ profile: TimingProfile, _ m: Int, _ n: Int, _ k: Int) -> Int64 {
            let shape = OperatorShape.gemm(m: m, n: n, k: k)
            return OperatorTimer(device: device.device, scaleUpBytesPerSecond: 1e11, profile: profile)
                .duration(of: StepOperator("any", shape, dataType: .bf16, streamType: .bf16, repetitions: 1))
        }
        let inside = table.samples.map { ($0.key[2], $0.key[0], $0.key[1], $0.seconds * 1e9) }
        func error(_ profile: TimingProfile) -> Double {
            inside.reduce(0) { $0 + abs(Double(duration(profile, $1.0, $1.1, $1.2)) / $1.3 - 1) } / Double(inside.count)
        }
        #expect(error(refined) < 0.5 * error(plain))
        for (m, n, k) in [(20000, 2048, 2048), (64, 512, 4096), (64, 4096, 100_000)] {
            #expect(duration(refined, m, n, k) == duration(plain, m, n, k))
        }
    }

    /// The terms that fits use give the timer's own durations.
    @Test(arguments: ["h100", "host"]) func resourcesAgreeWithTheTimer(name: String) throws {
        let device = try CalibrationDevice(.named(name))
        let timer = OperatorTimer(
            device: device.device, scaleUpBytesPerSecond: device.scaleUpBytesPerSecond, profile: device.prior)
        let heads = AttentionHeads(query: 10, keyValue: 2, keySize: 128, valueSize: 128, storedPerToken: 512)
        let shapes: [(OperatorShape, KernelOperator)] = [
            (.gemm(m: 77, n: 5120, k: 3000), .gemm), (.gemm(m: 8192, n: 5120, k: 3000), .gemm),
            (.groupedGemm(rows: 77, activeExperts: 5, n: 2000, k: 1000), .mixtureOfExperts),
            (.prefillAttention(
                pairs: 5050, executedPairs: 16384, lastBlockPairs: 12800, queries: 100, keys: 100, heads: heads),
             .prefillAttention),
            (.decodeAttention(sequences: 3, contextTokens: 1_000_000, heads: heads), .decodeAttention),
            (.allReduce(bytes: 4e6, ranks: 8), .allReduce), (.elementwise(bytes: 3e8), .elementwise),
        ]
        for (shape, kernel) in shapes {
            let group = KernelSample.Group(engine: "e", kernel: kernel, dataType: .bf16, cacheType: .bf16)
            let operation = StepOperator("any", shape, dataType: .bf16, streamType: .bf16, repetitions: 1)
            let terms = ResourceTimes(
                of: [operation], device: device.device, scaleUpBytesPerSecond: device.scaleUpBytesPerSecond,
                profile: device.prior, timer: timer)
            let prior = device.parameterPrior(group)
            // The shipped prior knows one algorithm of all-reduce, and no time of a core for a sequence.
            var numbers = prior.parameters
            if kernel == .decodeAttention { (numbers.extra, numbers.depth) = (0, 0) }
            if kernel == .prefillAttention { numbers.extra = 0 }
            if kernel == .allReduce { (numbers.second, numbers.extra) = (1e-9, 0) }
            let time = terms.nanoseconds(numbers)
            #expect(abs(time - Double(timer.duration(of: operation))) <= 0.5001, "\(kernel)")
        }
    }

    @Test func errorsAreSummarised() {
        let summary = ErrorSummary([-0.1, 0.2, 0.3, -0.4])
        #expect(abs(summary.mean - 0.25) < 1e-12)
        #expect(abs(summary.median - 0.25) < 1e-12)
        #expect(summary.p95 == 0.4)
        #expect(abs(summary.bias - 0.05) < 1e-12)
        #expect(ErrorSummary([]).count == 0)
    }

    @Test func evaluationIsRepeatableAndBetterThanTheRoofline() throws {
        let device = try CalibrationDevice(.named("h100"))
        let table = try Self.kernels(400, compute: 0.7, memory: 0.75, setup: 6000, scatter: 0.1)
        let calibration = try Calibration(table, on: device)
        let first = try CalibrationEvaluation(calibration, on: device)
        let again = try CalibrationEvaluation(calibration, on: device)
        #expect(first.rows.map(\.model) == again.rows.map(\.model))
        #expect(first.rows.map(\.choice) == [.prior, .samples(16), .samples(64), .surface(64), .extrapolation])
        let interval = try #require(first.rows[2].interval)
        #expect(interval.coverage > 0.85 && interval.coverage < 0.97)
        #expect(interval.halfWidth > 0.1 && interval.halfWidth < 0.3)
        for row in first.rows.dropFirst() {
            #expect(row.model.mean < 0.12, "\(row.choice) \(row.model)")
            #expect(row.model.mean < row.roofline.mean / 2)
        }
    }
}
