import JSONText
import Scenario

extension ValidationManifest {
    /// Reads a manifest.
    /// - Parameter data: the folder that `data:` at the beginning of a path stands for.
    /// - Throws: all problems of the text at once.
    public init(contentsOf path: String, data: String) throws(JSONProblems) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let document = try JSONDocument(contentsOf: path)
        let diagnostics = JSONDiagnostics(document)
        let places = ValidationPlaces(folder: folder, data: data)
        var manifest = JSONReader(document.value, diagnostics: diagnostics).read(.manifest(places))
        try diagnostics.check()
        if let file = document.value["scenario"]?.stringValue {
            let scenario = places.resolve(file)
            manifest.scenario = try JSONDocument(contentsOf: scenario)
            manifest.folder = scenario.lastIndex(of: "/").map { String(scenario[...$0]) } ?? ""
        } else {
            let text = JSONWriter.pretty.bytes(of: places.resolving(document.value["scenario"] ?? .null))
            manifest.scenario = try JSONDocument(bytes: text, file: path + " (scenario)")
        }
        self = manifest
    }
}

/// What paths in a manifest are relative to.
struct ValidationPlaces: Sendable {
    static let dataPrefix = "data:"

    var folder: String
    var data: String

    func resolve(_ path: String) -> String {
        if path.hasPrefix(Self.dataPrefix) { return data + "/" + path.dropFirst(Self.dataPrefix.count) }
        return path.hasPrefix("/") ? path : folder + path
    }

    /// The scenario with `data:` filled in wherever a text begins with it.
    func resolving(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text) where text.hasPrefix(Self.dataPrefix): .string(resolve(text))
        case .array(let elements): .array(elements.map(resolving))
        case .object(let object): .object(JSONObject(object.map { ($0.key, resolving($0.value)) }))
        default: value
        }
    }
}

extension JSONType<ValidationManifest> {
    fileprivate static func manifest(_ places: ValidationPlaces) -> JSONType {
        .object("a validation manifest") { manifest in
            _ = manifest.required("schema", .choice(of: [ValidationManifest.schema]))
            let scenario = manifest.required("scenario", .any)
            if scenario.objectValue == nil, scenario.stringValue == nil, !scenario.isNull {
                manifest.fail(at: "scenario", "expected a scenario or the path of one")
            }
            let cases = manifest.required("cases", .cases(places))
            return ValidationManifest(
                name: manifest.required("name", .name),
                description: manifest.optional("description", .string, default: ""),
                fitted: manifest.optional("fitted", .array(of: .name), default: []),
                scenario: .empty, folder: places.folder, cases: cases,
                measured: manifest.required("measured", .measurements(cases.kind, places)),
                bars: manifest.optional("bars", .array(of: .bar), default: []))
        }
    }
}

extension JSONDocument {
    /// Stands in until the scenario is known.
    fileprivate static var empty: JSONDocument {
        guard let document = try? JSONDocument(bytes: Array("{}".utf8), file: "") else { preconditionFailure("{}") }
        return document
    }
}

extension JSONType<ValidationCases> {
    fileprivate static func cases(_ places: ValidationPlaces) -> JSONType {
        .object { cases in
            let kind: ValidationCases.Kind = cases.required("kind", .choice())
            let requests: RequestColumns? = kind == .requests ? cases.required("requests", .requestColumns) : nil
            return ValidationCases(
                kind: kind, file: places.resolve(cases.required("file", .name)),
                derived: cases.optional("derive", .members(of: .derived), default: []).map { named in
                    var column = named.value
                    column.name = named.name
                    return column
                },
                selected: cases.optional("where", .members(of: .array(of: .string)), default: [])
                    .map { (column: $0.name, texts: $0.value) },
                duplicatesExcept: cases.optional("drop_duplicates_except", .array(of: .name)),
                mergedBy: cases.optional("merge_by", .array(of: .name), default: []),
                settings: cases.optional("set", .members(of: .string), default: [])
                    .map { (path: $0.name, text: $0.value) },
                label: cases.optional("label", .string, default: ""),
                group: cases.optional("group", .string, default: ""),
                servesMeasuredTokens: kind == .inferencePerf
                    ? cases.optional("output_tokens", .choice(of: ["requested", "measured"])) == "measured" : false,
                requests: requests)
        }
    }
}

extension JSONType<RequestColumns> {
    fileprivate static var requestColumns: JSONType {
        .object { columns in
            RequestColumns(
                arrival: columns.required("arrival", .name), firstToken: columns.required("first_token", .name),
                lastToken: columns.required("last_token", .name),
                inputTokens: columns.required("input_tokens", .name),
                outputTokens: columns.required("output_tokens", .name))
        }
    }
}

extension JSONType<DerivedColumn> {
    fileprivate static var derived: JSONType {
        .object { column in
            DerivedColumn(
                name: "", source: column.required("from", .name), after: column.optional("after", .name),
                replacements: column.optional("replace", .members(of: .string), default: [])
                    .map { (from: $0.name, to: $0.value) },
                standIn: column.optional("default", .string))
        }
    }
}

extension JSONType<ValidationMeasurements> {
    fileprivate static func measurements(_ kind: ValidationCases.Kind, _ places: ValidationPlaces) -> JSONType {
        .object { measured in
            var result = ValidationMeasurements(columns: [], statistics: [])
            switch kind {
            case .requests:
                result.statistics = measured.required("metrics", .array(of: .metric, count: 1...))
            case .rows:
                result.columns = measured.required("columns", .members(of: .measuredColumn)).map {
                    (metric: $0.name, column: $0.value.column, scale: $0.value.scale)
                }
                for column in result.columns where ValidationMetric(column.metric) == nil {
                    measured.fail(at: "columns", "unknown metric \(column.metric)", remedy: ValidationMetric.known)
                }
            case .inferencePerf:
                result.table = measured.required("table", .figures(places))
            }
            return result
        }
    }
}

extension JSONType<String> {
    fileprivate static var metric: JSONType {
        JSONType<String>.name.checked {
            ValidationMetric($0) == nil ? "unknown metric; " + ValidationMetric.known : nil
        }
    }
}

extension JSONType<(column: String, scale: Double)> {
    fileprivate static var measuredColumn: JSONType {
        .object { column in
            (column: column.required("column", .name),
             scale: column.optional("scale", .number(in: .above(0)), default: 1))
        }
    }
}

extension JSONType<MeasuredFigures> {
    fileprivate static func figures(_ places: ValidationPlaces) -> JSONType {
        .object { table in
            MeasuredFigures(
                file: places.resolve(table.required("file", .name)),
                caseColumn: table.required("case_column", .name), caseText: table.required("case", .name),
                stageColumn: table.optional("stage_column", .name),
                nameColumn: table.required("name_column", .name), valueColumn: table.required("value_column", .name),
                scale: table.optional("scale", .number(in: .above(0)), default: 1),
                metrics: table.required("metrics", .members(of: .metric)).map { (name: $0.name, metric: $0.value) })
        }
    }
}

extension JSONType<ValidationBar> {
    fileprivate static var bar: JSONType {
        .object { bar in
            ValidationBar(
                metric: bar.required("metric", .metric), group: bar.optional("group", .name),
                statistic: bar.required("statistic", .choice()),
                atMost: bar.required("at_most", .number(in: .above(0))))
        }
    }
}
