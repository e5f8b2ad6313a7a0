import Hardware
import JSONText

/// How a workload holds its devices, as the scenario states it: the keys `lease` and `core_share`.
public struct LeaseSpecification: Sendable, Equatable {
    /// Whether the devices are its own or shared in time.
    public var mode = LeaseMode.exclusive
    /// Share of a device's cores that the workload has while another computes there too, above 0 and below 1; all
    /// of them while it computes alone.
    public var coreShare = 0.5

    var isShared: Bool { mode == .timeShared }
}

extension JSONObjectReader {
    /// The keys of a lease, where a pool or a placement has them.
    func lease() -> LeaseSpecification {
        var lease = LeaseSpecification()
        lease.mode = optional("lease", .choice(LeaseMode.self), default: lease.mode)
        lease.coreShare = optional("core_share", .number(in: 0.01...0.99), default: lease.coreShare)
        if has("core_share"), lease.mode == .exclusive {
            fail(at: "core_share", "has no effect on devices of one's own", remedy: "add \"lease\": \"time-shared\"")
        }
        return lease
    }
}
