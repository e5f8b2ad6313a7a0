import JSONText
import Studies

/// The answer of a sweep on the terminal: how points ended, the best of them, and the Pareto front.
public struct SweepTable {
    private struct Point {
        var index: Int
        var settings: String
        var seed: Int64?
        var meetsObjective: Bool?
        var figures: [Double?]
    }

    /// Points shown of the best and of the front at most.
    private static let shown = 10

    private let objectives: [SweepObjective]
    private let columns: [SweepObjective]
    private var points: [Point] = []
    private var endings: [SweepStatus: Int] = [:]
    private var firstError: String?

    /// - Parameter objectives: of the Pareto front; none without.
    public init(objectives: [SweepObjective]) {
        self.objectives = objectives
        let standard = [
            "goodput_requests_per_s_per_device", "slo_attainment", "output_tokens_per_s_per_device", "ttft_s.p99",
            "tpot_s.p99",
        ].compactMap { try? SweepObjective(parsing: $0) }
        columns = standard + objectives.filter { objective in !standard.contains { $0.metric == objective.metric } }
    }

    /// Takes one result line into account.
    /// - Throws: a line that is no JSON.
    public mutating func add(_ line: [UInt8], _ head: SweepLineHead) throws(JSONProblems) {
        endings[head.status, default: 0] += 1
        if head.status == .ok || firstError == nil {
            let value = try JSONDocument(bytes: line).value
            guard head.status == .ok else {
                firstError = "point \(head.index): " + (value["error"]?.stringValue ?? head.status.rawValue)
                return
            }
            points.append(Point(
                index: head.index, settings: Self.settings(value), seed: value["seed"]?.integerValue,
                meetsObjective: value["meets_slo"]?.boolValue,
                figures: columns.map { $0.value(in: value["metrics"]) }))
        }
    }

    /// Short names of what was set: the last parts of the paths.
    private static func settings(_ line: JSONValue) -> String {
        let parts = (line["set"]?.objectValue ?? JSONObject()).map { path, value in
            let keys = path.split(separator: ".").suffix(2).joined(separator: ".")
            return keys + "=" + (value.stringValue ?? JSONWriter.compact.text(of: value))
        }
        return parts.joined(separator: " ")
    }

    /// The tables.
    public var text: String {
        let counts = SweepStatus.allCases.compactMap { status in endings[status].map { "\($0) \(status.rawValue)" } }
        var text = "points: " + counts.joined(separator: ", ") + "\n"
        if let firstError { text += "first that did not end: \(firstError)\n" }
        guard !points.isEmpty else { return text }
        let hasObjective = points.contains { $0.meetsObjective != nil }
        let column = hasObjective ? 0 : 2
        let eligible = points.filter { $0.meetsObjective != false }
        let unit = hasObjective ? "good requests/s per card" : "output tokens/s per card"
        if hasObjective { text += "attain the SLO: \(eligible.count) of \(points.count)\n" }
        let candidates = eligible.isEmpty ? points : eligible
        text += "\nbest by \(unit)"
            + (eligible.isEmpty
                ? ", none of which attains the SLO" : hasObjective ? " of those that attain the SLO" : "") + "\n"
        let best = candidates.indices.sorted { left, right in
            let one = candidates[left].figures[column] ?? -.infinity
            let other = candidates[right].figures[column] ?? -.infinity
            return one != other ? one > other : left < right
        }
        text += table(best.prefix(Self.shown).map { candidates[$0] })
        if !objectives.isEmpty { text += "\n" + front }
        return text
    }

    private var front: String {
        let places = objectives.compactMap { objective in columns.firstIndex { $0.metric == objective.metric } }
        let known = points.filter { point in places.allSatisfy { point.figures[$0] != nil } }
        let figures = known.map { point in
            zip(places, objectives).map { place, objective in
                (point.figures[place] ?? 0) * (objective.isMaximised ? 1 : -1)
            }
        }
        let members = ParetoFront.indices(of: figures)
        let names = objectives.map { ($0.isMaximised ? "max " : "min ") + $0.metric }.joined(separator: ", ")
        var text = "Pareto front of \(names): \(members.count) of \(known.count) points"
        if known.count < points.count { text += " (\(points.count - known.count) have no such figure)" }
        let ordered = members.sorted { figures[$0][0] != figures[$1][0] ? figures[$0][0] > figures[$1][0] : $0 < $1 }
        text += "\n" + table(ordered.prefix(2 * Self.shown).map { known[$0] })
        if ordered.count > 2 * Self.shown { text += "and \(ordered.count - 2 * Self.shown) more\n" }
        return text
    }

    private func table(_ points: [Point]) -> String {
        let used = columns.indices.filter { column in points.contains { $0.figures[column] != nil } }
        var table = TextTable(["settings", "point"] + used.map { Self.short(columns[$0].metric) })
        for point in points {
            let seed = seedsDiffer ? point.seed.map { " seed=\($0)" } ?? "" : ""
            table.add([point.settings + seed, "\(point.index)"] + used.map { column in
                point.figures[column].map { Self.figure($0, columns[column].metric) } ?? "-"
            })
        }
        return table.text
    }

    /// A seed that all points share says nothing.
    private var seedsDiffer: Bool { points.contains { $0.seed != points[0].seed } }

    private static func short(_ metric: String) -> String {
        switch metric {
        case "goodput_requests_per_s_per_device": "good req/s/card"
        case "slo_attainment": "attained"
        case "output_tokens_per_s_per_device": "tokens/s/card"
        default: metric
        }
    }

    private static func figure(_ value: Double, _ metric: String) -> String {
        if metric.hasSuffix("slo_attainment") { return percent(value) }
        let isTime = metric.contains("_s.") || metric.hasSuffix("makespan_s")
        return isTime ? time(value) : significant(value)
    }
}
