import Glibc
import Hardware
import Testing

@testable import Timing

@Suite struct ProfileRegistryTests {
    private static let profiled = [
        "h20-96", "h20-3e", "ascend-910b1", "ascend-910b2", "ascend-910b3", "ascend-910b4", "ascend-910c-die",
        "a100", "h100",
    ]

    @Test func everyFileIsRegistered() throws {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let folder = (package + ["Sources", "Timing", "Resources"]).joined(separator: "/")
        let files = try #require(Self.files(in: folder))
        #expect(files == ProfileRegistry.names.map { "\($0).json" }.sorted())
    }

    /// A file that names a device which is not shipped, or misses a parameter, fails here.
    @Test(arguments: DeviceDescriptor.shippedNames)
    func everyDeviceHasACompleteProfileWithSources(device: String) throws {
        let profile = try ProfileRegistry.profile(for: device)
        #expect(ProfileRegistry.names.contains(profile.name))
        #expect(!profile.engine.isEmpty)
        let parameters = profile.parameters
        #expect(parameters.count == (profile.collective.oneStep == nil ? 33 : 35))
        #expect(Set(parameters.map(\.key)).count == parameters.count)
        for (key, value) in parameters {
            #expect(!value.source.isEmpty, "\(key)")
            #expect(value.value.isFinite && value.value >= 0, "\(key)")
            if case .published(let source) = value.provenance { #expect(!source.isEmpty, "\(key)") }
        }
        for (key, value) in parameters where key.hasSuffix("efficiency") {
            #expect(value.value > 0 && value.value <= 1, "\(key)")
        }
    }

    @Test func aDeviceGetsTheProfileThatNamesIt() throws {
        for device in DeviceDescriptor.shippedNames {
            let name = try ProfileRegistry.profile(for: device).name
            #expect((name == "prior") == !Self.profiled.contains(device), "\(device)")
        }
        #expect(try ProfileRegistry.profile(for: "h20-3e").name == "h20")
        #expect(try ProfileRegistry.profile(for: "ascend-910c-die").name == "ascend-a2")
        #expect(try ProfileRegistry.profile(for: "of the user's own").name == "prior")
    }

    @Test func constantsOfH20() throws {
        let profile = try ProfileRegistry.profile(for: "h20-96")
        #expect(profile.gemm.computeEfficiency.value == 0.88)
        #expect(profile.gemm.memoryEfficiency.value == 0.75)
        #expect(profile.prefillAttention.computeEfficiency.value == 0.85)
        #expect(profile.decodeAttention.memoryEfficiency.value == 0.75)
        #expect(profile.tileRows8Bit.value == 64)
        #expect(profile.collective.bandwidthBytesPerSecond?.value == 306e9)
        #expect(profile.collective.latencyNanoseconds.value == 5000)
        for value in [profile.gemm.computeEfficiency, profile.gemm.memoryEfficiency,
                      profile.prefillAttention.computeEfficiency, profile.decodeAttention.memoryEfficiency] {
            #expect(value.isPublished)
        }
    }

    @Test func constantsOfA2() throws {
        let profile = try ProfileRegistry.profile(for: "ascend-910b2")
        #expect(profile.gemm.computeEfficiency.value == 0.65)
        #expect(profile.gemm.computeEfficiency.provenance == .assumed)
        #expect(profile.prefillAttention.computeEfficiency.value == 0.55)
        #expect(profile.prefillAttention.computeEfficiency.isPublished)
        #expect(profile.gemm.memoryEfficiency.value == 0.75)
        #expect(profile.gemm.memoryEfficiency.isPublished)
        #expect(profile.decodeAttention.memoryEfficiency.value == 0.70)
        #expect(profile.decodeAttention.memoryEfficiency.isPublished)
        #expect(profile.collective.bandwidthBytesPerSecond?.value == 140e9)
        #expect(profile.collective.latencyNanoseconds.value == 15_000)
    }

    @Test(arguments: ["b200", "mi300x", "l40s", "gaudi3"])
    func otherDevicesHaveThePrior(device: String) throws {
        let profile = try ProfileRegistry.profile(for: device)
        for parameters in [profile.gemm, profile.prefillAttention, profile.decodeAttention, profile.groupedGemm] {
            #expect(parameters.computeEfficiency.value == 0.80)
            #expect(parameters.memoryEfficiency.value == 0.80)
            #expect(parameters.computeEfficiency.provenance == .datasheet)
        }
        #expect(profile.gemm.setupNanoseconds.value == 3000)
        #expect(profile.prefillAttention.setupNanoseconds.value == 12_000)
        #expect(profile.decodeAttention.setupNanoseconds.value == 12_000)
        // The pair of expert kernels of a layer: 60 us.
        #expect(profile.groupedGemm.setupNanoseconds.value == 30_000)
        #expect(profile.collective.bandwidthBytesPerSecond == nil)
        #expect(profile.tileRows8Bit.value == 1)
    }

    /// A profile keeps the prior's figures for what it does not know, with their provenance.
    @Test func aProfileIsMergedIntoThePrior() throws {
        let prior = try ProfileRegistry.prior()
        let h20 = try ProfileRegistry.profile(for: "h20-96")
        #expect(h20.gemm.setupNanoseconds == prior.gemm.setupNanoseconds)
        #expect(h20.host == prior.host)
        #expect(h20.engine == "vllm")
        let ascend = try ProfileRegistry.profile(for: "ascend-910b2")
        #expect(ascend.host.launchNanoseconds.value == 20_000)
        #expect(ascend.host.replayNanoseconds == prior.host.replayNanoseconds)
    }

    /// Names of the files of a folder, sorted; nil when it cannot be read.
    private static func files(in folder: String) -> [String]? {
        guard let directory = opendir(folder) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

extension Sourced {
    fileprivate var isPublished: Bool {
        if case .published = provenance { true } else { false }
    }
}
