import Hardware
import JSONText

/// Devices that fail, or work again, at one time.
struct DeviceChange: Sendable {
    var nanoseconds: Int64
    var devices: [DeviceID]
    var fails: Bool
}

extension ScenarioDocument {
    /// The scenario's events as changes of devices, in order of time. Unknown targets are reported, and so are
    /// failures of a device that is down already.
    func deviceChanges(
        _ events: [ScenarioEvent], _ layout: ClusterLayout, _ diagnostics: JSONDiagnostics
    ) -> [DeviceChange] {
        var changes: [DeviceChange] = []
        var down: [(device: DeviceID, from: Int64, to: Int64)] = []
        for event in events {
            guard let devices = devices(named: event.target, layout) else {
                diagnostics.report(
                    event.path.appending(key: "target"), "there is no device or node \(event.target)",
                    remedy: "write group/node or group/node/device, counted from 0, such as "
                        + layout.name(of: DeviceID(0)))
                continue
            }
            let end = event.durationNanoseconds.map { event.nanoseconds + $0 } ?? .max
            if down.contains(where: { devices.contains($0.device) && $0.from < end && event.nanoseconds < $0.to }) {
                diagnostics.report(event.path, "\(event.target) fails while it is down already")
                continue
            }
            down += devices.map { ($0, event.nanoseconds, end) }
            changes.append(DeviceChange(nanoseconds: event.nanoseconds, devices: devices, fails: true))
            if end != .max { changes.append(DeviceChange(nanoseconds: end, devices: devices, fails: false)) }
        }
        return changes.enumerated().sorted { ($0.element.nanoseconds, $0.offset) < ($1.element.nanoseconds, $1.offset) }
            .map(\.element)
    }

    private func devices(named name: String, _ layout: ClusterLayout) -> [DeviceID]? {
        if let device = layout.device(named: name) { return [device] }
        return layout.node(named: name).map { layout.devices(of: $0).map { DeviceID($0) } }
    }
}
