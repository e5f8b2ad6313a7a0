/// What a link carries from an instant on.
public struct LinkLoad: Equatable, Sendable {
    /// When it began.
    public var time: Nanoseconds
    /// The link's index.
    public var link: Int32
    /// Flows on it.
    public var flows: Int32
    /// What they move together.
    public var bytesPerSecond: Double
}

extension FlowNetwork {
    /// Keeps what the links that were just shared carry now.
    mutating func recordLoads() {
        for index in sharing.links {
            let link = links[Int(index)]
            loads.append(LinkLoad(
                time: clock, link: index, flows: link.activeFlows,
                bytesPerSecond: FlowUnits.bytesPerSecond(rate: link.capacity - link.openCapacity)))
        }
    }

    /// Hands over the loads recorded so far, and forgets them.
    public mutating func takeLoads(_ body: (LinkLoad) -> Void) {
        for load in loads { body(load) }
        loads.removeAll(keepingCapacity: true)
    }

    /// What a link is called.
    public func name(ofLink link: Int32) -> String { linkNames[Int(link)] }
}
