extension QueueOrder {
    /// `fewest-gpus`: the smallest gang first.
    public static let fewestDevices = QueueOrder("fewest-gpus") { $0.devices }
}
