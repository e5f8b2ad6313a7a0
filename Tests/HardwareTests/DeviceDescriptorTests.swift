import Hardware
import Testing

/// The shipped devices against the reference tables, figure by figure.
@Suite struct DeviceDescriptorTests {
    @Test func theTableHasEveryShippedDevice() {
        #expect(referenceTable.map(\.name) == DeviceDescriptor.shippedNames)
    }

    @Test(arguments: referenceTable)
    func ratesAreThoseOfTheReference(_ row: ReferenceRow) throws {
        let device = try DeviceDescriptor.named(row.name)
        for (rates, expected) in [(device.matrixRates, row.matrix), (device.vectorRates, row.vector)] {
            for (type, figure) in expected { expect(rates[type], figure, times: 1e12, "\(row.name) \(type)") }
            let listed = ArithmeticType.allCases.filter { type in expected.contains { $0.0 == type } }
            #expect(rates.supported == listed)
        }
    }

    @Test(arguments: referenceTable)
    func memoryIsThatOfTheReference(_ row: ReferenceRow) throws {
        let device = try DeviceDescriptor.named(row.name)
        expect(device.memoryBytes.map(Double.init), row.memory, times: 1, "capacity")
        expect(device.memoryBytesPerSecond, row.bandwidth, times: 1e12, "bandwidth")
        expect(device.cacheBytes?.map(Double.init), row.cache, times: 1_048_576, "cache")
    }

    @Test(arguments: referenceTable)
    func linksAndPowerAreThoseOfTheReference(_ row: ReferenceRow) throws {
        let device = try DeviceDescriptor.named(row.name)
        expect(device.scaleUpBytesPerSecond, row.scaleUp, times: 1e9, "scale-up")
        expect(device.networkBytesPerSecond, row.nic, times: 1e9, "nic")
        expect(device.hostLinkBytesPerSecond, row.host, times: 1e9, "host link")
        expect(device.powerWatts, row.power, times: 1, "power")
    }

    @Test(arguments: [
        ("ascend-910b1", 24, 1.85), ("ascend-910b2", 24, 1.8), ("ascend-910b3", 20, 1.8),
        ("ascend-910b4", 20, 1.5), ("ascend-910c-die", 24, 1.8),
    ])
    func ascendBF16FollowsTheClock(_ name: String, cores: Int, gigahertz: Double) throws {
        let device = try DeviceDescriptor.named(name)
        #expect(device.cores.matrix.value == cores)
        #expect(device.cores.vector?.value == 2 * cores)
        let peak = Double(cores) * 4096 * 2 * gigahertz * 1e9
        // The table prints one decimal of a TFLOP/s.
        #expect(abs(try #require(device.matrixRates[.bf16]).value - peak) <= 0.051e12)
    }

    @Test(arguments: [
        ("h20-96", 78), ("h20-3e", 78), ("h100", 132), ("h200", 132), ("h800", 132), ("a100", 108),
        ("a10", 72), ("l40s", 142), ("l20", 92), ("b200", 148), ("rtx-4090", 128), ("rtx-pro-6000", 188),
        ("mi300x", 304),
    ])
    func sharedCores(_ name: String, count: Int) throws {
        let cores = try DeviceDescriptor.named(name).cores
        #expect(cores.matrix.value == count)
        #expect(cores.vector == nil)
        #expect(!cores.kind.isSplit)
    }

    @Test func tileQuantumIsKnownOfH20Alone() throws {
        let tiled = try DeviceDescriptor.shippedNames.filter {
            try DeviceDescriptor.named($0).matrixTileRows != nil
        }
        #expect(tiled == ["h20-96", "h20-3e"])
        #expect(try DeviceDescriptor.named("h20-96").matrixTileRows?.value == 64)
        #expect(try DeviceDescriptor.named("h20-3e").matrixTileRows?.provenance == .sibling(of: "h20-96"))
    }

    @Test(arguments: [("b200", 4500), ("h100", 6400), ("h200", 6400), ("a100", 10_000), ("ascend-910b2", 5000)])
    func kernelFloors(_ name: String, nanoseconds: Int64) throws {
        let device = try DeviceDescriptor.named(name)
        #expect(device.matrixKernelFloorNanoseconds?.value == nanoseconds)
        let isAscend = device.vendor == .huawei
        #expect(device.vectorKernelFloorNanoseconds?.value == (isAscend ? 2000 : nil))
    }

    @Test func vectorRateFallsBackToAnotherFormat() throws {
        let ascend = try DeviceDescriptor.named("ascend-910b2")
        #expect(ascend.vectorRate(.bf16)?.value == 22e12)
        #expect(ascend.vectorRate(.fp16)?.value == 11e12)
        #expect(try DeviceDescriptor.named("gaudi2").vectorRate(.fp32)?.value == 11e12)
    }

    /// The figure is there exactly if the reference has it, equals it, and carries its mark.
    private func expect(
        _ found: Sourced<Double>?, _ expected: Figure?, times unit: Double, _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let found, let expected else {
            #expect((found == nil) == (expected == nil), "\(what)", sourceLocation: sourceLocation)
            return
        }
        let error = abs(found.value / (expected.value * unit) - 1)
        #expect(error < 1e-12, "\(what): \(found.value)", sourceLocation: sourceLocation)
        #expect(!found.source.isEmpty, "\(what)", sourceLocation: sourceLocation)
        let isFromMemory = found.provenance == .assumed && found.source.contains("from memory, unverified")
        #expect(isFromMemory == (expected.mark == .fromMemory), "\(what)", sourceLocation: sourceLocation)
        let isAssumed = found.provenance == .assumed
        #expect(isAssumed == (expected.mark != .sourced), "\(what)", sourceLocation: sourceLocation)
    }
}
