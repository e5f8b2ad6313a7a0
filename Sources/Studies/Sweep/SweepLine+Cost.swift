import JSONText
import Scenario

extension ScenarioCost {
    /// As result lines show it; a cost only where there is one.
    var members: JSONObject {
        var members: JSONObject = ["devices": .init(devices), "power_w": .real(powerWatts)]
        members["cost_per_hour"] = costPerHour.map { .real($0) }
        return members
    }

    /// With what a million output tokens cost, where workloads produce some.
    func members(with metrics: JSONObject) -> JSONObject {
        var members = members
        let rate = metrics.reduce(0.0) { $0 + ($1.value["output_tokens_per_s"]?.numberValue ?? 0) }
        guard let costPerHour, rate > 0 else { return members }
        members["cost_per_million_output_tokens"] = .real(costPerHour / 3600 / rate * 1e6)
        return members
    }

    /// One of the figures; nil where nobody has said what cards cost.
    func figure(_ figure: CostFigure) -> Double? {
        switch figure {
        case .devices: Double(devices)
        case .costPerHour: costPerHour
        case .powerWatts: powerWatts
        }
    }
}
