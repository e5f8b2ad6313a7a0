import Glibc
import JSONText
import Scenario

/// What is to be predicted, and the measurements that it is held against: a scenario as a template, a table of
/// measured cases, and how its columns set the scenario and name what was measured.
public struct ValidationManifest: Sendable {
    /// The schema that a manifest names.
    public static let schema = "simulate-validation/1"

    /// Its name in results.
    public var name: String
    /// What was measured, where and by whom.
    public var description: String
    /// Constants of the scenario or its profiles that were fitted to these very measurements.
    public var fitted: [String]
    /// The scenario, without traffic where the cases bring their own.
    public var scenario: JSONDocument
    /// Folder that paths in the scenario are relative to; ends in a slash or is empty.
    public var folder: String
    /// The cases and how each sets the scenario.
    public var cases: ValidationCases
    /// Which figures were measured, and where they stand.
    public var measured: ValidationMeasurements
    /// Errors that must not be exceeded.
    public var bars: [ValidationBar]

    /// Whether the files of measurements are there.
    public var isDataThere: Bool {
        ([cases.file] + [measured.table?.file].compactMap { $0 }).allSatisfy { access($0, R_OK) == 0 }
    }
}

/// Where the cases come from.
public struct ValidationCases: Sendable {
    /// What one case is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A row of the table; it sets the scenario.
        case rows
        /// The whole table; its rows are the requests.
        case requests
        /// An experiment of inference-perf's shared-prefix workload; it sets the scenario and makes the requests.
        case inferencePerf = "inference-perf"
    }

    /// What one case is.
    public var kind: Kind
    /// CSV with a header, JSON Lines, or a JSON array of objects.
    public var file: String
    /// Columns made of others, in order.
    public var derived: [DerivedColumn]
    /// Only rows whose column has one of these texts.
    public var selected: [(column: String, texts: [String])]
    /// Rows that say the same in every column but these are one; all rows count where absent.
    public var duplicatesExcept: [String]?
    /// Rows with the same text in these columns are one case, measured several times; the median counts.
    public var mergedBy: [String]
    /// Paths in the scenario and the texts they are set to, with `{column}` filled in.
    public var settings: [(path: String, text: String)]
    /// Name of a case, and of the group that it is summed up in.
    public var label: String
    /// Name of the group that a case is summed up in.
    public var group: String
    /// Answers of an inference-perf workload are as long as the measured means say, (E2E - TTFT) / ITL + 1, not as
    /// long as was asked for: models end their answers when they please.
    public var servesMeasuredTokens = false
    /// Columns of arrival (seconds), prompt and answer tokens, for cases of kind `requests`.
    public var requests: RequestColumns?
}

/// Columns of a table of requests.
public struct RequestColumns: Sendable {
    /// Seconds on any clock, and the same clock's at the first and the last token.
    public var arrival: String
    /// When the first token came, in seconds on the same clock as the arrival.
    public var firstToken: String
    /// When the last token came, in seconds on the same clock as the arrival.
    public var lastToken: String
    /// Tokens of the prompt.
    public var inputTokens: String
    /// Tokens of the answer.
    public var outputTokens: String
}

/// A column that is cut or looked up from another.
public struct DerivedColumn: Sendable {
    /// The name of the new column.
    public var name: String
    /// The column that it is made from.
    public var source: String
    /// What follows this text, up to the next `;`, blank or the end.
    public var after: String?
    /// Texts in place of others; without an entry the text stays.
    public var replacements: [(from: String, to: String)]
    /// What stands where the column is empty.
    public var standIn: String?
}

/// What was measured.
public struct ValidationMeasurements: Sendable {
    /// Metric, column of the case's row, and factor from the column's unit to the metric's.
    public var columns: [(metric: String, column: String, scale: Double)]
    /// Metrics of request tables.
    public var statistics: [String]
    /// A table of one figure per row.
    public var table: MeasuredFigures?
}

/// A table with a figure in each row: case, stage, name of the figure, value.
public struct MeasuredFigures: Sendable {
    /// Path of the table.
    public var file: String
    /// The column that tells cases apart.
    public var caseColumn: String
    /// Text of the case column, with columns of the case filled in.
    public var caseText: String
    /// The column that names the part of the run; nil: figures are of the whole.
    public var stageColumn: String?
    /// The column with the name of the figure.
    public var nameColumn: String
    /// The column with the value.
    public var valueColumn: String
    /// Factor from the table's unit to the metric's.
    public var scale: Double
    /// Names in the table and the metrics they are.
    public var metrics: [(name: String, metric: String)]
}

/// A bound on an error.
public struct ValidationBar: Sendable, Equatable {
    /// The summary of errors that is bounded.
    public enum Statistic: String, Sendable, CaseIterable {
        /// Mean and median of the absolute errors, the largest, and the absolute value of the mean signed error.
        case mean, median, worst, bias
    }

    /// The figure whose errors are bounded.
    public var metric: String
    /// Which group; all cases together if absent.
    public var group: String?
    /// Which summary of the errors.
    public var statistic: Statistic
    /// As a share: 0.05 is 5 %.
    public var atMost: Double
}
