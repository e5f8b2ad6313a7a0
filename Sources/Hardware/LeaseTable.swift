/// Who holds which device. Flat arrays by device; a query costs a look at one entry.
struct LeaseTable: Sendable {
    /// What one device is under. Both zero: free.
    private struct Holding: Sendable {
        var exclusive: Int32 = 0
        var shared: Int32 = 0
        var isFailed = false

        var isFree: Bool { exclusive == 0 && shared == 0 && !isFailed }

        func admits(_ mode: LeaseMode) -> Bool {
            mode == .exclusive ? isFree : exclusive == 0 && !isFailed
        }
    }

    private var holdings: [Holding]
    private var leases: [Lease?] = []
    private var generations: [Int32] = []
    private var freeSlots: [Int32] = []

    init(deviceCount: Int) {
        holdings = Array(repeating: Holding(), count: deviceCount)
    }

    func lease(_ id: LeaseID) -> Lease? {
        guard leases.indices.contains(Int(id.slot)), generations[Int(id.slot)] == id.generation else { return nil }
        return leases[Int(id.slot)]
    }

    func isFailed(_ device: DeviceID) -> Bool { holdings[device.index].isFailed }

    /// Whether a device could be leased now.
    func admits(_ mode: LeaseMode, _ device: DeviceID) -> Bool { holdings[device.index].admits(mode) }

    /// Whether nobody holds a device and it works.
    func isFree(_ device: DeviceID) -> Bool { holdings[device.index].isFree }

    /// The leases that hold a device, in the order of their slots. O(leases).
    func leases(of device: DeviceID) -> [Lease] {
        leases.compactMap { lease in lease.flatMap { $0.devices.contains(device) ? $0 : nil } }
    }

    mutating func setFailed(_ isFailed: Bool, _ device: DeviceID) { holdings[device.index].isFailed = isFailed }

    /// Grants a lease that the caller has checked.
    mutating func grant(_ devices: [DeviceID], _ owner: String, _ mode: LeaseMode) -> Lease {
        let slot = takeSlot()
        let id = LeaseID(slot: slot, generation: generations[Int(slot)])
        let lease = Lease(id: id, owner: owner, mode: mode, devices: devices)
        leases[Int(slot)] = lease
        count(lease, by: 1)
        return lease
    }

    /// Ends a lease and returns it; nil when it has ended before.
    mutating func end(_ id: LeaseID) -> Lease? {
        guard let lease = lease(id) else { return nil }
        count(lease, by: -1)
        leases[Int(id.slot)] = nil
        generations[Int(id.slot)] &+= 1
        freeSlots.append(id.slot)
        return lease
    }

    private mutating func count(_ lease: Lease, by change: Int32) {
        for device in lease.devices {
            switch lease.mode {
            case .exclusive: holdings[device.index].exclusive += change
            case .timeShared: holdings[device.index].shared += change
            }
        }
    }

    private mutating func takeSlot() -> Int32 {
        if let slot = freeSlots.popLast() { return slot }
        leases.append(nil)
        generations.append(0)
        return Int32(leases.count - 1)
    }
}
