import JSONText

extension SearchCriterion {
    /// Whether a result line holds what is asked. A point that failed or was given up holds nothing.
    /// - Throws: a metric that the result does not have, or an objective that no workload has.
    func holds(_ line: JSONValue, _ status: SweepStatus) throws(JSONProblem) -> Bool {
        guard status == .ok else { return false }
        switch self {
        case .any: return true
        case .objectives:
            guard let meets = line["meets_slo"]?.boolValue else {
                throw JSONProblem(
                    message: "no workload has an SLO to hold",
                    remedy: "write one into the scenario, or say what must hold: --holding 'ttft_s.p99 <= 2'")
            }
            return meets
        case .condition(let condition):
            let scope = Self.scope(of: line)
            // A distribution of nothing is null: what no request shows does not hold.
            for path in condition.paths where try Self.isNull(path, in: scope) { return false }
            return try condition.holds(for: scope)
        }
    }

    /// Metrics under their own names where there is one workload, under the workloads' names, costs, and `slo`.
    private static func scope(of line: JSONValue) -> JSONValue {
        var scope = line["cluster"]?.objectValue ?? JSONObject()
        let workloads = line["metrics"]?.objectValue ?? JSONObject()
        if workloads.count == 1, let own = workloads[0].value.objectValue {
            for (key, value) in own { scope[key] = value }
        }
        for (name, metrics) in workloads { scope[name] = metrics }
        scope["slo"] = line["meets_slo"]
        return .object(scope)
    }

    private static func isNull(_ path: JSONPath, in scope: JSONValue) throws(JSONProblem) -> Bool {
        var value = scope
        for component in path.components {
            if value.isNull { return true }
            guard let next = value.value(at: JSONPath([component])) else { throw unknown(path, component, value) }
            value = next
        }
        return value.isNull
    }

    private static func unknown(
        _ path: JSONPath, _ component: JSONPath.Component, _ around: JSONValue
    ) -> JSONProblem {
        let names = around.objectValue?.keys ?? []
        guard case .key(let key) = component, !names.isEmpty else {
            return JSONProblem(message: "results have no \(path)")
        }
        let near = Spelling.nearest(to: key, among: names).map { "did you mean \($0)?" }
        return JSONProblem(
            message: "results have no \(path): \(key) is none of their names",
            remedy: near ?? "known are " + names.joined(separator: ", "))
    }
}
