extension QueueOrder {
    /// `fair-share`: a job of the tenant with the fewest devices for its weight first.
    public static let fairShare = QueueOrder("fair-share", changes: .withTenant, share: .devices) {
        // The bits of a number that is not negative are in its order.
        Int64(bitPattern: $0.tenantShare.bitPattern)
    }
}
