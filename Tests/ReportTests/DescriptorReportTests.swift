import Hardware
import ModelGraph
import Testing
import Timing

@testable import Report

@Suite struct DescriptorReportTests {
    private func firstWords(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    @Test func everyDeviceAndNodeTypeIsListed() throws {
        let words = firstWords(try DescriptorReport.list())
        let named = words.filter { DeviceDescriptor.shippedNames.contains($0) || NodeType.shippedNames.contains($0) }
        #expect(named == DeviceDescriptor.shippedNames + NodeType.shippedNames)
    }

    @Test func everyModelIsListed() throws {
        let words = firstWords(try DescriptorReport.models())
        #expect(Array(words.dropFirst(2)) == ModelRegistry.names)
    }

    @Test(arguments: DeviceDescriptor.shippedNames)
    func aDeviceIsShownWithEveryParameter(_ name: String) throws {
        let device = try DeviceDescriptor.named(name)
        let text = try DescriptorReport.show(device)
        #expect(text.hasPrefix("\(name) (\(device.title))"))
        let words = Set(firstWords(text))
        for (key, _) in try ProfileRegistry.profile(for: name).parameters { #expect(words.contains(key), "\(key)") }
    }

    @Test func figuresOfAKnownCard() throws {
        let text = try DescriptorReport.show(try DeviceDescriptor.named("h20-96"))
        for figure in ["148 TFLOP/s", "96.0 GB", "4.00 TB/s", "450 GB/s"] {
            #expect(text.contains(figure), "\(figure)")
        }
    }
}
