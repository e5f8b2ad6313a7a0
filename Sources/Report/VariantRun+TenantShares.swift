import JSONText
import Scenario
import Scheduling

extension VariantRun {
    /// Mean devices that each tenant held over stretches of the run; nil with fewer than two tenants.
    func tenantShares(_ engine: SchedulingEngine) -> JSONValue? {
        guard let shares = engine.tenantShares() else { return nil }
        let tenants = zip(engine.configuration.tenants, shares.devices).map { tenant, series in
            (tenant.name, JSONValue.array(series.map { .real($0) }))
        }
        return ["stretch_s": .real(seconds(shares.stretch)), "devices": .object(JSONObject(tenants))]
    }
}

extension SummaryTable {
    /// What the tenants with the most device-time held over time: a digit per stretch, in tenths of the cluster.
    static func tenantShares(_ run: VariantRun, _ engine: SchedulingEngine, _ outcome: SchedulingOutcome) -> String {
        guard let shares = engine.tenantShares(), outcome.devices > 0 else { return "" }
        let order = outcome.tenants.indices.sorted {
            (-outcome.tenants[$0].deviceSeconds, $0) < (-outcome.tenants[$1].deviceSeconds, $1)
        }.prefix(8)
        let width = order.map { outcome.tenants[$0].name.count }.max() ?? 0
        let head =
            "\nDevices held over time, \(run.name), a digit for \(time(seconds(shares.stretch))), in tenths of all:"
        return order.reduce(head) { text, tenant in
            let name = outcome.tenants[tenant].name
            let digits = shares.devices[tenant].map { devices in
                // A little is not nothing.
                devices > 0 ? String(min(9, Int(devices / Double(outcome.devices) * 10))) : "."
            }
            return text + "\n  \(name)\(String(repeating: " ", count: width - name.count))  \(digits.joined())"
        }
    }
}
