import Studies

extension ComparisonReport {
    /// The headline figures side by side; counts of requests only where one of them tells something.
    static func figures(_ pair: ComparedPair) -> String {
        let isPaired = pair.pairing == .paired
        var table = TextTable(["", "A", "B", "B - A", "B / A"] + (isPaired ? ["P(B better)"] : []))
        func add(_ name: String, _ path: String, _ format: (Double) -> String) {
            guard let figure = pair.figures.first(where: { $0.path == path }) else { return }
            table.add(row(name, figure, format) + (isPaired ? [probability(figure)] : []))
        }
        for (name, path) in counts where isTelling(path, pair) { add(name, path) { rounded($0, 0) } }
        for (name, path, format) in SummaryTable.headline { add(name, path, format) }
        return table.text
    }

    private static let counts = [
        ("completed", "requests_completed"), ("rejected", "requests_rejected"), ("unfinished", "requests_unfinished"),
        ("preemptions", "preemptions"), ("cards", "devices"),
    ]

    /// Completed requests and cards always are; the other counts when they are not zero.
    private static func isTelling(_ path: String, _ pair: ComparedPair) -> Bool {
        guard let figure = pair.figures.first(where: { $0.path == path }) else { return false }
        return path == "requests_completed" || path == "devices" || figure.first != 0 || figure.second != 0
    }

    private static func row(
        _ name: String, _ figure: ComparedFigure, _ format: (Double) -> String
    ) -> [String] {
        var ratio = figure.ratio.map { rounded($0, 3) } ?? "-"
        if let interval = figure.ratioInterval, figure.ratio != nil {
            ratio = withInterval(ratio, interval.p5, interval.p95) { rounded($0, 3) }
        }
        return [
            name, cell(figure.first, figure.firstInterval, format), cell(figure.second, figure.secondInterval, format),
            figure.difference.map { figure.path == "slo_attainment" ? signedPoints($0) : signed($0, format) } ?? "-",
            ratio,
        ]
    }

    private static func cell(
        _ value: Double?, _ interval: DrawnInterval?, _ format: (Double) -> String
    ) -> String {
        guard let value else { return "-" }
        guard let interval else { return format(value) }
        return withInterval(format(value), interval.p5, interval.p95, format)
    }

    private static func probability(_ figure: ComparedFigure) -> String {
        figure.probabilitySecondBetter.map { rounded($0, 2) } ?? ""
    }
}
