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

    /// Which points stand first.
    public enum Ranking: Sendable {
        /// Good requests (without objectives: output tokens) per second and card, of points that attain the SLO.
        case standard
        /// A metric.
        case metric(SweepObjective)
        /// The order in which they are added, under a heading.
        case given(String)
    }

    private let objectives: [SweepObjective]
    private let ranking: Ranking
    private let columns: [SweepObjective]
    private var points: [Point] = []
    private var endings: [SweepStatus: Int] = [:]
    private var firstError: String?

    /// - Parameters:
    ///   - objectives: of the Pareto front; none without.
    ///   - ranking: which points stand first.
    ///   - more: further columns, shown where points have such a figure.
    public init(objectives: [SweepObjective], ranking: Ranking = .standard, columns more: [SweepObjective] = []) {
        self.objectives = objectives
        self.ranking = ranking
        var wanted = objectives
        if case .metric(let metric) = ranking { wanted.insert(metric, at: 0) }
        wanted += more
        let standard = [
            "goodput_requests_per_s_per_device", "slo_attainment", "output_tokens_per_s_per_device", "ttft_s.p99",
            "tpot_s.p99",
        ].compactMap { try? SweepObjective(parsing: $0) }
        columns = wanted.reduce(into: standard) { columns, objective in
            if !columns.contains(where: { $0.metric == objective.metric }) { columns.append(objective) }
        }
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
            add(head.index, value)
        }
    }

    /// Takes a result that ended well into account.
    public mutating func add(_ index: Int, _ line: JSONValue) {
        points.append(Point(
            index: index, settings: Self.settings(line), seed: line["seed"]?.integerValue,
            meetsObjective: line["meets_slo"]?.boolValue, figures: columns.map { $0.value(in: line) }))
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
        text += best
        if !objectives.isEmpty { text += "\n" + front }
        return text
    }

    /// The points that stand first.
    public var best: String {
        switch ranking {
        case .standard: return bestByRate
        case .given(let heading): return heading + "\n" + table(Array(points.prefix(Self.shown)))
        case .metric(let metric):
            let column = columns.firstIndex { $0.metric == metric.metric } ?? 0
            let order = ordered(points, by: column, isMaximised: metric.isMaximised)
            return "best by \(metric.isMaximised ? "max" : "min") \(metric.metric)\n"
                + table(order.prefix(Self.shown).map { points[$0] }, bars: column)
        }
    }

    private var bestByRate: String {
        let hasObjective = points.contains { $0.meetsObjective != nil }
        let column = hasObjective ? 0 : 2
        // Workloads that serve nothing have no such rate.
        guard points.contains(where: { $0.figures[column] != nil }) else { return "" }
        let eligible = points.filter { $0.meetsObjective != false }
        let unit = hasObjective ? "good requests/s per card" : "output tokens/s per card"
        var text = hasObjective ? "attain the SLO: \(eligible.count) of \(points.count)\n" : ""
        let candidates = eligible.isEmpty ? points : eligible
        text += "\nbest by \(unit)"
            + (eligible.isEmpty
                ? ", none of which attains the SLO" : hasObjective ? " of those that attain the SLO" : "") + "\n"
        let best = ordered(candidates, by: column, isMaximised: true)
        text += table(best.prefix(Self.shown).map { candidates[$0] }, bars: column)
        return text
    }

    /// Points from the best, those without the figure last.
    private func ordered(_ points: [Point], by column: Int, isMaximised: Bool) -> [Int] {
        points.indices.sorted { left, right in
            let one = points[left].figures[column].map { isMaximised ? $0 : -$0 } ?? -.infinity
            let other = points[right].figures[column].map { isMaximised ? $0 : -$0 } ?? -.infinity
            return one != other ? one > other : left < right
        }
    }

    /// The Pareto front of the objectives over all points.
    public var front: String {
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

    /// - Parameter bars: the column that is drawn too, against its largest figure here.
    private func table(_ points: [Point], bars: Int? = nil) -> String {
        let used = columns.indices.filter { column in points.contains { $0.figures[column] != nil } }
        let most = bars.map { column in points.compactMap { $0.figures[column] }.max() ?? 0 } ?? 0
        var table = TextTable(
            ["settings", "point"] + used.map { Self.short(columns[$0].metric) } + (most > 0 ? ["          "] : []))
        for point in points {
            let seed = seedsDiffer ? point.seed.map { " seed=\($0)" } ?? "" : ""
            let figures = used.map { column in
                point.figures[column].map { Self.figure($0, columns[column].metric) } ?? "-"
            }
            let bar = bars.flatMap { most > 0 ? [Self.bar((point.figures[$0] ?? 0) / most)] : nil } ?? []
            table.add([point.settings + seed, "\(point.index)"] + figures + bar)
        }
        return table.text
    }

    /// Ten characters, full at 1.
    private static func bar(_ share: Double) -> String {
        let filled = min(10, max(0, Int((share * 10).rounded())))
        return String(repeating: "=", count: filled) + String(repeating: " ", count: 10 - filled)
    }

    /// A seed that all points share says nothing.
    private var seedsDiffer: Bool { points.contains { $0.seed != points[0].seed } }

    private static func short(_ metric: String) -> String {
        switch metric {
        case "goodput_requests_per_s_per_device": "good req/s/card"
        case "slo_attainment": "attained"
        case "output_tokens_per_s_per_device": "tokens/s/card"
        case "devices": "cards"
        case "cost_per_hour": "cost/h"
        case "cost_per_million_output_tokens": "cost/M tokens"
        default: metric
        }
    }

    private static func figure(_ value: Double, _ metric: String) -> String {
        if metric.hasSuffix("slo_attainment") { return percent(value) }
        if metric == "devices" { return rounded(value, 0) }
        let isTime = metric.contains("_s.") || metric.hasSuffix("makespan_s")
        return isTime ? time(value) : significant(value)
    }
}
