import EventEngine
import Hardware
import HostServing
import JSONText
import ModelGraph
import Scenario
import Serving
import Testing
import Timing

@testable import Studies

/// A host's calibration finds what made the measurements, refuses noise, and becomes a device.
@Suite struct HostCalibrationTests {
    /// Every shape of the standard plan; no kernel is run, so that little data will do.
    private static var plan: HostPlan {
        var plan = HostPlan.standard
        plan.poolNumbers = 1 << 16
        return plan
    }

    private static func timing(_ seconds: Double) -> RepeatedTiming {
        RepeatedTiming(name: "made up", seconds: [seconds])
    }

    /// Measurements as a host of known parameters would give them, each off by a factor of its own.
    private static func measurements(scatter: Double = 0) throws -> HostMeasurements {
        let truth = try profile(of: .object(truth))
        let timer = OperatorTimer(device: truth.device, scaleUpBytesPerSecond: 1e9, profile: truth.profile)
        var random = RandomStream(seed: 4, name: "host")
        func noise() -> Double { PortableMath.exp(scatter * (random.uniform() - 0.5) * 3.46) }
        let kernels = try HostKernels(plan).cases().map { measured in
            HostMeasurements.Kernel(
                kernel: measured.kernel, operation: measured.operation,
                timing: timing(Double(timer.duration(of: measured.operation)) / 1e9 * noise()))
        }
        let operators = StepOperators(model: plan.model, parallelism: Parallelism())
        let steps = [(1, 1), (8, 8), (16, 16), (40, 1), (128, 1), (250, 1)].map { tokens, rows in
            let list = (operators.linear(tokens: tokens) + operators.head(rows: rows))
                .filter { $0.operatorClass == .elementwise }
            return HostMeasurements.Step(
                computedTokens: tokens, tokens: tokens, logitRows: rows, timing: timing(1),
                elementwiseSeconds: Double(timer.duration(of: list)) / 1e9 * noise(),
                overheadSeconds: (30_000 + 900 * Double(rows) + 150 * Double(tokens)) / 1e9 * noise())
        }
        return HostMeasurements(kernels: kernels, steps: steps, cacheBytesPerSecond: 80e9, model: plan.model)
    }

    private static let truth: JSONObject = [
        "schema": "simulate-device/1", "name": "host", "title": "known", "vendor": "host",
        "matrix_rate": ["fp32": sourced("160 GFLOP/s")], "vector_rate": ["fp32": sourced("160 GFLOP/s")],
        "memory": ["capacity": sourced("8 GiB"), "bandwidth": sourced("80 GB/s")],
        "cores": ["kind": "thread", "matrix": sourced(1)], "links": ["host_link_bandwidth": sourced("20 GB/s")],
        "power": sourced("10 W"),
        "timing": [
            "gemm": ["compute_efficiency": sourced(0.95), "memory_efficiency": sourced(0.14), "setup": sourced("2 us")],
            "prefill_attention": [
                "compute_efficiency": sourced(0.15), "memory_efficiency": sourced(0.2), "setup": sourced("8 us")],
            "decode_attention": [
                "compute_efficiency": sourced(0.12), "memory_efficiency": sourced(0.13), "setup": sourced("1 us"),
                "unit": sourced("0.2 us")],
            "elementwise": ["memory_efficiency": sourced(0.06), "setup": sourced("1.5 us")],
        ],
    ]

    private static func sourced(_ value: JSONValue) -> JSONValue {
        ["value": value, "provenance": "measured", "source": "made up"]
    }

    private static func profile(of file: JSONValue) throws -> (device: DeviceDescriptor, profile: TimingProfile) {
        let document = try JSONDocument(bytes: JSONWriter.pretty.bytes(of: file), file: "host.json")
        let device = try DeviceDescriptor(document: document)
        return (device, try ProfileRegistry.profile(for: device))
    }

    @Test(arguments: [0, 0.05]) func knownParametersAreFound(scatter: Double) throws {
        let calibration = try HostCalibration(Self.measurements(scatter: scatter))
        let bound = scatter == 0 ? 0.02 : 0.1
        for entry in calibration.entries { #expect(entry.error.mean < (scatter == 0 ? 0.006 : 0.06), "\(entry)") }
        let rate = try #require(calibration.device.matrixRates[.fp32]).value
        let memory = calibration.device.memoryBytesPerSecond.value
        let gemm = calibration.entries[0].fit.parameters, decode = calibration.entries[2].fit.parameters
        #expect(abs(gemm.compute * rate / (0.95 * 160e9) - 1) < bound)
        #expect(abs(gemm.memory * memory / (0.14 * 80e9) - 1) < bound)
        #expect(abs(decode.compute * rate / (0.12 * 160e9) - 1) < 2 * bound)
        #expect(abs(decode.memory * memory / (0.13 * 80e9) - 1) < 2 * bound)
        #expect(abs(calibration.overhead.step / 30_000 - 1) < 2 * bound)
        #expect(abs(calibration.overhead.perSequence / 900 - 1) < (scatter == 0 ? 0.01 : 1))
        #expect(abs(calibration.overhead.perToken / 150 - 1) < 2 * bound)
    }

    /// What the file says times kernels as the fit does, and no kernel beats the device's peaks.
    @Test func theFileIsADeviceThatTimesAsItWasMeasured() throws {
        let measured = try Self.measurements()
        let file = try HostCalibration(measured).file
        let (device, profile) = try Self.profile(of: file)
        #expect(device.name == "host")
        #expect(profile.gemm.computeEfficiency.provenance == .measured)
        let timer = OperatorTimer(device: device, scaleUpBytesPerSecond: 1e9, profile: profile)
        for kernel in measured.kernels {
            let predicted = Double(timer.duration(of: kernel.operation)) / 1e9
            #expect(abs(predicted / kernel.timing.median - 1) < 0.02, "\(kernel)")
            #expect(timer.floorNanoseconds(of: kernel.operation) <= predicted * 1e9)
        }
        #expect(profile.host.launchNanoseconds.value == 0)
        #expect(abs(profile.host.stepNanoseconds.value / 30_000 - 1) < 0.01)
    }

    /// A device may stand in a scenario as it stands in its file; another group's device never hears of it.
    @Test func aCalibratedHostInAScenarioChangesNoAccelerator() throws {
        func records(_ device: JSONValue) throws -> [[String]] {
            func workload(_ nodes: String) -> JSONValue {
                [
                    "kind": "serving", "model": "qwen3-0.6b", "max_context": 256,
                    "traffic": ["generate": [
                        "requests": 4, "arrivals": ["kind": "constant", "rate_per_s": 2],
                        "input_tokens": ["kind": "constant", "value": 60],
                        "output_tokens": ["kind": "constant", "value": 5]]],
                    "pools": ["mixed": ["role": "mixed", "nodes": .string(nodes), "replicas": 1]],
                ]
            }
            let value: JSONValue = [
                "schema": "simulate/1", "name": "both",
                "cluster": ["nodes": [
                    "h": ["type": "host-1", "count": 1, "device": device], "g": ["type": "hgx-h100", "count": 1]]],
                "workloads": ["here": workload("h"), "there": workload("g")],
            ]
            var world = try ScenarioDocument(JSONDocument(bytes: JSONWriter.compact.bytes(of: value))).checked().world()
            world.run()
            return world.serving.map { $0.records.map { "\($0)" } }
        }
        let shipped = try records("host"), own = try records(.object(Self.truth))
        #expect(shipped[0] != own[0])
        #expect(shipped[1] == own[1])
    }

    // MARK: Spread

    @Test func spreadIsTheNinthDecileOverTheMedian() {
        let timing = RepeatedTiming(name: "x", seconds: [3, 1, 2, 4, 5, 6, 7, 8, 9, 100])
        #expect(timing.median == 5.5)
        #expect(timing.p90 == 9)
        #expect(abs(timing.spread - 9 / 5.5) < 1e-12)
        #expect(RepeatedTiming(name: "x", seconds: [2]).spread == 1)
    }

    /// Noise that stays is refused by name; noise that passes is measured again.
    @Test func anUnsteadyMachineIsRefused() throws {
        let timer = SteadyTimer(limit: 1.2, runs: 10, attempts: 3)
        var calls = 0
        let steady = try timer.measure("gemm of 1 x 2 x 3") {
            calls += 1
            return calls < 12 && calls % 4 == 0 ? 2.0 : 1.0
        }
        #expect(steady.spread == 1)
        #expect(calls == 21)
        let error = #expect(throws: UnsteadyMachine.self) {
            var calls = 0
            _ = try timer.measure("gemm of 1 x 2 x 3") {
                calls += 1
                return calls % 4 == 0 ? 1.5 : 1.0
            }
        }
        #expect(error?.timing.spread == 1.5)
        let text = error?.description ?? ""
        #expect(text.contains("gemm of 1 x 2 x 3: p90 is 1.5 times the median of 10 runs"))
        #expect(text.contains("--spread"))
    }

    /// A machine that is as quick as measured passes; one whose kernels took a thousandth of that is refused.
    @Test func aChangedPaceIsRefused() throws {
        var plan = HostPlan.standard
        plan.poolNumbers = 1 << 20
        (plan.rows, plan.batches, plan.prompts, plan.repetitions) = ([1], [1], [12], 2)
        plan.matrices.removeLast(plan.matrices.count - 1)
        plan.heads.removeLast(plan.heads.count - 1)
        plan.decodes.removeLast(plan.decodes.count - 1)
        plan.prefills.removeLast(plan.prefills.count - 1)
        let timer = SteadyTimer(limit: 1e6, runs: 5, attempts: 1)
        var measured = try HostMeasurements(plan, timer: timer)
        try measured.checkPace(plan, timer: timer)
        for index in measured.kernels.indices {
            measured.kernels[index].timing = Self.timing(measured.kernels[index].timing.median / 1000)
        }
        let refusal = try #require(throws: ChangedPace.self) {
            try measured.checkPace(plan, timer: SteadyTimer(limit: 2, runs: 5))
        }
        #expect(refusal.ratio > 10)
        #expect("\(refusal)".contains("something else uses this machine"))
    }
}
