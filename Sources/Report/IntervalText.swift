import Studies

extension VariantRun {
    /// A headline metric of a workload for people, its interval beside it where parameters were drawn; nil where
    /// there is no such figure.
    func cell(_ path: String, workload: Int, _ format: (Double) -> String) -> String? {
        guard let metric = HeadlineMetric.named(path), let value = metric.value(of: outcomes[workload])
        else { return nil }
        guard let interval = drawn?.interval(of: metric, workload: workload) else { return format(value) }
        return withInterval(format(value), interval.p5, interval.p95, format)
    }
}

/// `1.23 s [1.10 to 1.40 s]`; the unit stands once where both bounds have the same.
func withInterval(_ value: String, _ low: Double, _ high: Double, _ format: (Double) -> String) -> String {
    var lower = format(low)
    let upper = format(high)
    if let space = lower.firstIndex(of: " "), upper.hasSuffix(lower[space...]) { lower = String(lower[..<space]) }
    return "\(value) [\(lower) to \(upper)]"
}
