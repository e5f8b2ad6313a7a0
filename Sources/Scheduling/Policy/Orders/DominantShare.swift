extension QueueOrder {
    /// `drf`: a job of the tenant with the smallest dominant share first (dominant resource fairness, NSDI 2011).
    public static let dominantShare = QueueOrder("drf", changes: .withTenant, share: .dominant) {
        // The bits of a number that is not negative are in its order.
        Int64(bitPattern: $0.tenantShare.bitPattern)
    }
}
