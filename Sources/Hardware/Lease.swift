/// How a lease holds its devices.
public enum LeaseMode: String, Sendable, CaseIterable {
    /// No other lease may hold them.
    case exclusive
    /// Other time-shared leases may hold them too; their holders take turns by agreement.
    case timeShared = "time-shared"
}

/// The name of a lease for as long as it holds; afterwards it denotes nothing.
public struct LeaseID: Hashable, Sendable {
    let slot: Int32
    let generation: Int32
}

/// Devices that somebody holds.
public struct Lease: Sendable, Equatable {
    /// Its name, for release.
    public let id: LeaseID
    /// Who holds it: the name of a workload or job.
    public let owner: String
    /// Whether others may hold the same devices.
    public let mode: LeaseMode
    /// The devices, in the order in which they were asked for: rank order.
    public let devices: [DeviceID]
}

/// Why devices cannot be leased.
public enum LeaseError: Error, Sendable, Equatable {
    /// A lease of no devices.
    case noDevices
    /// A lease that names a device twice.
    case repeated(device: String)
    /// The device is held by another lease that does not share it, or would not be shared with one
    /// that does.
    case held(device: String, holder: String, holderMode: LeaseMode, requested: LeaseMode)
    /// The device has failed and is not repaired.
    case failed(device: String)
}

extension LeaseError: CustomStringConvertible {
    /// What stands in the way and what to do about it.
    public var description: String {
        switch self {
        case .noDevices: "a lease needs at least one device"
        case .repeated(let device): "a lease names \(device) twice"
        case .held(let device, let holder, let holderMode, let requested):
            "\(device) is held by \(holder) (\(holderMode.rawValue)), so that it cannot be leased "
                + "\(requested.rawValue); choose free devices, or lease it time-shared on both sides"
        case .failed(let device): "\(device) has failed; choose another or repair it first"
        }
    }
}
