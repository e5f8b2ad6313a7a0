import JSONText
import Scenario
import Serving
import Timing
import TraceFormats

/// Runs the cases of a manifest and sets predictions beside measurements.
public struct ValidationStudy: Sendable {
    let manifest: ValidationManifest
    let table: MeasurementTable
    let figures: MeasurementTable?
    /// Rows left out since another says the same.
    public let duplicates: Int
    private let caseRows: [[Int]]

    /// Reads the measurements.
    /// - Throws: tables that cannot be read, or columns that are not there.
    public init(_ manifest: ValidationManifest) throws {
        self.manifest = manifest
        var table = try MeasurementTable(contentsOf: manifest.cases.file)
        for column in manifest.cases.derived { try column.add(to: &table) }
        try table.require(manifest.cases.selected.map(\.column) + manifest.cases.mergedBy)
        try table.require(manifest.measured.columns.map(\.column))
        table.rows = table.rows.filter { row in
            manifest.cases.selected.allSatisfy { $0.texts.contains(row[$0.column]) }
        }
        var dropped = 0
        if let except = manifest.cases.duplicatesExcept {
            try table.require(except)
            let compared = table.columns.filter { !except.contains($0) }
            var seen = Set<[String]>()
            let all = table.rows.count
            table.rows = table.rows.filter { row in seen.insert(compared.map { row[$0] }).inserted }
            dropped = all - table.rows.count
        }
        guard !table.rows.isEmpty else {
            throw FileProblem(path: table.file, message: "no row is left", remedy: "change what \"where\" asks for")
        }
        self.table = table
        duplicates = dropped
        figures = try manifest.measured.table.map { try MeasurementTable(contentsOf: $0.file) }
        if let figures, let names = manifest.measured.table {
            try figures.require(
                [names.caseColumn, names.nameColumn, names.valueColumn] + [names.stageColumn].compactMap { $0 })
        }
        caseRows = Self.cases(table, manifest.cases)
    }

    /// Numbers of the rows of each case.
    private static func cases(_ table: MeasurementTable, _ cases: ValidationCases) -> [[Int]] {
        guard cases.kind != .requests else { return [Array(table.rows.indices)] }
        guard !cases.mergedBy.isEmpty else { return table.rows.indices.map { [$0] } }
        var places: [[String]: Int] = [:], result: [[Int]] = []
        for index in table.rows.indices {
            let key = cases.mergedBy.map { table.rows[index][$0] }
            if let place = places[key] {
                result[place].append(index)
            } else {
                places[key] = result.count
                result.append([index])
            }
        }
        return result
    }

    /// How many cases there are.
    public var count: Int { caseRows.count }

    /// Runs every case, or every so many-th.
    /// - Parameters:
    ///   - every: 1 runs all.
    ///   - draws: parameter sets per case for intervals; 0 for none.
    ///   - jobs: cases that run at once at most; changes no result.
    public func run(every step: Int = 1, draws: Int = 0, jobs: Int = 1) async -> ValidationResult {
        let chosen = Array(stride(from: 0, to: caseRows.count, by: max(1, step)))
        var outcomes: [Result<ValidatedCase, UncoveredCase>?] = Array(repeating: nil, count: chosen.count)
        await withTaskGroup(of: (Int, Result<ValidatedCase, UncoveredCase>).self) { group in
            var next = 0
            func start() {
                guard next < chosen.count else { return }
                let place = next
                next += 1
                let rows = caseRows[chosen[place]]
                group.addTask {
                    let run = ValidationCaseRun(study: self, rows: rows, draws: draws)
                    return (place, Result { () throws(UncoveredCase) in try run.validated() })
                }
            }
            for _ in 0..<max(1, jobs) { start() }
            for await (place, outcome) in group {
                outcomes[place] = outcome
                start()
            }
        }
        return result(outcomes.compactMap { $0 })
    }

    private func result(_ outcomes: [Result<ValidatedCase, UncoveredCase>]) -> ValidationResult {
        var cases: [ValidatedCase] = [], reasons: [(reason: String, count: Int)] = []
        for outcome in outcomes {
            switch outcome {
            case .success(let validated): cases.append(validated)
            case .failure(let uncovered):
                if let place = reasons.firstIndex(where: { $0.reason == uncovered.reason }) {
                    reasons[place].count += 1
                } else {
                    reasons.append((uncovered.reason, 1))
                }
            }
        }
        let ordered = reasons.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
        return ValidationResult(
            name: manifest.name, description: manifest.description, fitted: manifest.fitted, cases: cases,
            duplicates: duplicates, uncovered: ordered.map(\.element), bars: manifest.bars)
    }
}

/// Why a case cannot be simulated or compared.
struct UncoveredCase: Error {
    var reason: String
}
