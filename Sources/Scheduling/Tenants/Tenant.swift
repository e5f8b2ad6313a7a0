/// A tenant: a user, a team, a virtual cluster.
public struct Tenant: Sendable, Equatable {
    /// The name in scenarios and traces.
    public var name: String
    /// Devices that are his by right; nil: no limit, and nothing guaranteed.
    public var quotaDevices: Int?
    /// Whether he may use more than his quota while nobody else needs it.
    public var mayBorrow = false
    /// Whether he takes his quota back from those who borrow: the youngest borrower gives way first.
    public var reclaims = false
    /// What fair orders divide his part by; above 0.
    public var weight = 1.0
    /// The partition whose nodes his jobs run on.
    public var partition = 0

    /// A tenant without limits in the common partition.
    public init(name: String) { self.name = name }
}

/// What a tenant uses now.
struct TenantState: Sendable {
    /// Devices held by his jobs.
    var devices: Int64 = 0
    /// Thousandths of processors held.
    var cpuMilli: Int64 = 0
    /// Host memory held.
    var memoryBytes: Int64 = 0
    /// Device-nanoseconds held, up to `since`.
    var deviceNanoseconds: Double = 0
    /// When `devices` last changed.
    var since: Int64 = 0
}
