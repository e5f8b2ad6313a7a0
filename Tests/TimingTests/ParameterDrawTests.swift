import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// Drawn parameters: as wide as their provenance, shared by whatever shares a device, within physical limits.
@Suite struct ParameterDrawTests {
    private let draws = (0..<64).map { ParameterDraw(seed: 5, index: $0) }

    private func drawn(_ device: String, _ draw: ParameterDraw) throws -> TimingProfile {
        let descriptor = try DeviceDescriptor.named(device)
        return try ProfileRegistry.profile(for: device).drawn(
            draw, for: descriptor, linkBytesPerSecond: scaleUp(descriptor))
    }

    @Test func theLogarithmOfAFactorGrowsWithTheDeviation() {
        for draw in draws {
            let one = PortableMath.log(draw.factor(of: "x", logStandardDeviation: 0.1))
            let three = PortableMath.log(draw.factor(of: "x", logStandardDeviation: 0.3))
            #expect(abs(three - 3 * one) < 1e-12)
            #expect(draw.factor(of: "x", logStandardDeviation: 0) == 1)
        }
    }

    /// Over many draws the logarithms are standard normal times the deviation: mean 0, variance 0.04.
    @Test func factorsAreLognormal() {
        let logarithms = (0..<4000).map {
            PortableMath.log(ParameterDraw(seed: 1, index: $0).factor(of: "x", logStandardDeviation: 0.2))
        }
        let mean = logarithms.reduce(0, +) / 4000
        let variance = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
        #expect(abs(mean) < 0.01)
        #expect(abs(variance - 0.04) < 0.003)
    }

    @Test func seedNumberAndNameEachMakeAnotherFactor() {
        let factors = [
            ParameterDraw(seed: 1, index: 0).factor(of: "x", logStandardDeviation: 1),
            ParameterDraw(seed: 2, index: 0).factor(of: "x", logStandardDeviation: 1),
            ParameterDraw(seed: 1, index: 1).factor(of: "x", logStandardDeviation: 1),
            ParameterDraw(seed: 1, index: 0).factor(of: "y", logStandardDeviation: 1),
        ]
        #expect(Set(factors).count == 4)
    }

    /// The GEMM efficiency of H20 is published, 10 %; its setup comes from the prior's datasheet figure, 15 %.
    @Test func aParameterIsSpreadByItsProvenance() throws {
        let nominal = try ProfileRegistry.profile(for: "h20-96")
        for draw in draws {
            let drawn = try drawn("h20-96", draw)
            let efficiency = 0.88 * draw.factor(of: "h20.gemm.compute_efficiency", logStandardDeviation: 0.10)
            #expect(drawn.gemm.computeEfficiency.value == min(1, efficiency))
            let setup = draw.factor(of: "h20.gemm.setup", logStandardDeviation: 0.15)
            #expect(drawn.gemm.setupNanoseconds.value == nominal.gemm.setupNanoseconds.value * setup)
        }
    }

    /// 25 % for datasheet values of a vendor that was never measured.
    @Test func anUnmeasuredVendorIsSpreadWider() throws {
        let draw = draws[0]
        for (device, deviation) in [("b200", 0.15), ("mi300x", 0.25)] {
            let descriptor = try DeviceDescriptor.named(device)
            var profile = try ProfileRegistry.profile(for: device)
            profile.name = "own"
            profile.gemm.setupNanoseconds = Sourced(1000, provenance: .datasheet, source: "")
            let drawn = profile.drawn(draw, for: descriptor, linkBytesPerSecond: scaleUp(descriptor))
            let factor = draw.factor(of: "own.gemm.setup", logStandardDeviation: deviation)
            #expect(drawn.gemm.setupNanoseconds.value == 1000 * factor)
        }
    }

    @Test func devicesOfOneProfileShareTheirDrawAndThePriorIsOfEachDevice() throws {
        for draw in draws {
            #expect(try drawn("h20-96", draw) == drawn("h20-3e", draw))
        }
        let draw = draws[0]
        let prior = try ProfileRegistry.profile(for: "mi300x")
        #expect(prior.name == ProfileRegistry.names[0])
        #expect(try drawn("mi300x", draw).gemm.setupNanoseconds != drawn("gaudi3", draw).gemm.setupNanoseconds)
    }

    /// No parameter is forgotten: each one that is not zero moves, but for what describes shapes.
    @Test(arguments: ["h20-96", "ascend-910b2", "mi300x"]) func everyParameterIsDrawn(_ device: String) throws {
        let nominal = try ProfileRegistry.profile(for: device).parameters
        let sets = try draws.map { try drawn(device, $0).parameters }
        for (index, parameter) in nominal.enumerated() {
            let values = Set(sets.map { $0[index].value.value })
            let shapes = ["gemm.tile_rows", "gemm.tile_rows_8bit", "prefill_attention.tail"]
            let isFixed = shapes.contains(parameter.key) || parameter.value.value == 0
            #expect(isFixed == (values == [parameter.value.value]), "\(parameter.key)")
            #expect(sets.allSatisfy { $0[index].value.provenance == parameter.value.provenance })
            if parameter.key.hasSuffix("efficiency") {
                #expect(values.allSatisfy { $0 > 0 && $0 <= 1 }, "\(parameter.key)")
            }
        }
    }

    @Test func aCollectiveStaysBelowItsLinks() throws {
        let descriptor = try DeviceDescriptor.named("ascend-910b2")
        var profile = try ProfileRegistry.profile(for: "ascend-910b2")
        profile.collective.bandwidthBytesPerSecond = Sourced(190e9, provenance: .assumed, source: "")
        let rates = draws.compactMap {
            profile.drawn($0, for: descriptor, linkBytesPerSecond: 196e9).collective.bandwidthBytesPerSecond?.value
        }
        #expect(rates.max() == 196e9)
        #expect(rates.allSatisfy { $0 > 0 })
    }

    /// No draw makes a step faster than the device's peaks.
    @Test(arguments: ["h20-96", "ascend-910b2"]) func drawnStepsRespectThePeaks(_ device: String) throws {
        let descriptor = try DeviceDescriptor.named(device)
        let operators = try makeOperators("qwen2.5-32b", tensor: 4)
        for draw in draws {
            let timer = OperatorTimer(
                device: descriptor, scaleUpBytesPerSecond: scaleUp(descriptor), profile: try drawn(device, draw))
            for shape in [decodeStep(sequences: 64, context: 4000), promptStep(tokens: 4096)] {
                for operation in operators.step(shape) {
                    #expect(Double(timer.duration(of: operation)) >= timer.floorNanoseconds(of: operation) - 0.5)
                }
            }
        }
    }
}

/// Scatter of single operators, which is stated and not drawn.
@Suite struct OperatorScatterTests {
    @Test func itGrowsAsLessIsKnown() {
        let tiers: [Provenance] = [.measured, .sibling(of: "h100"), .fewshot(samples: 16), .datasheet, .assumed]
        let scatter = tiers.map { $0.logOperatorScatter(vendorEverMeasured: true) }
        #expect(scatter == scatter.sorted())
        #expect(Set(scatter).count == tiers.count)
        #expect(abs(scatter[0] * 1.645 - 0.16) < 1e-12)
        let own = Provenance.datasheet.logOperatorScatter(vendorEverMeasured: false)
        #expect(abs(own * 1.645 - 0.45) < 1e-12)
    }

    @Test func aClassIsAsWellKnownAsItsWorseEfficiency() throws {
        let device = try DeviceDescriptor.named("ascend-910b2")
        var profile = try ProfileRegistry.profile(for: device.name)
        profile.gemm.computeEfficiency.provenance = .measured
        profile.gemm.memoryEfficiency.provenance = .assumed
        let scatter = profile.operatorScatter(on: device)
        #expect(scatter.map(\.operatorClass) == [
            "gemm", "grouped_gemm", "prefill_attention", "decode_attention", "elementwise",
        ])
        #expect(scatter[0].logDeviation == 0.45 / 1.645)
    }
}
