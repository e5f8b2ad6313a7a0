/// The policies of elastic scheduling, by the names that scenarios use.
public enum ElasticPolicyName: String, CaseIterable, Sendable {
    /// Devices where they speed training up the most.
    case goodput
    /// Earliest deadline first, with admission.
    case deadline

    /// The policy, ready to divide.
    public func make() -> any ElasticPolicy {
        switch self {
        case .goodput: GoodputDivision()
        case .deadline: DeadlineDivision()
        }
    }
}
