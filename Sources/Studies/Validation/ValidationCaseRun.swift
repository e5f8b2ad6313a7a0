import JSONText
import Scenario
import Serving
import Timing
import TraceFormats

/// One case: its scenario run, its figures beside the measured ones.
struct ValidationCaseRun {
    let study: ValidationStudy
    /// Rows of the table that are this case.
    let rows: [Int]
    let draws: Int

    private var manifest: ValidationManifest { study.manifest }
    private var row: MeasurementTable.Row { study.table.rows[rows[0]] }

    private struct Measurement {
        var metric: ValidationMetric
        var name: String
        var stage: String?
        var window: Range<Int64>?
        var value: Double
    }

    /// - Throws: an ``UncoveredCase`` for whatever keeps it from being simulated.
    func validated() throws(UncoveredCase) -> ValidatedCase {
        do {
            var workload = manifest.cases.kind == .inferencePerf
                ? try InferencePerfWorkload(row, of: study.table, at: "workload.inference_perf") : nil
            if manifest.cases.servesMeasuredTokens, let served = servedTokens(try measurements(workload)) {
                workload?.outputTokens = served
            }
            let scenario = try scenario(workload)
            let nominal = records(of: scenario)
            guard nominal.contains(where: { $0.stage == .completed }) else {
                throw UncoveredCase(reason: "no request fits: \(nominal.first?.rejection?.name ?? "none arrives")")
            }
            let drawn = (0..<draws).map { index in
                records(of: scenario.drawn(ParameterDraw(seed: 1, index: index)))
            }
            let figures = try measurements(workload).compactMap { measurement -> ValidatedFigure? in
                func value(_ records: [RequestRecord]) -> Double? {
                    RequestTimes(records, within: measurement.window).value(of: measurement.metric)
                }
                guard let predicted = value(nominal), measurement.value > 0 else { return nil }
                let interval = DrawnInterval(values: drawn.map(value)).map { $0.p5...$0.p95 }
                return ValidatedFigure(
                    metric: measurement.name, stage: measurement.stage, predicted: predicted,
                    measured: measurement.value, interval: interval)
            }
            guard !figures.isEmpty else { throw UncoveredCase(reason: "nothing measured to compare with") }
            return ValidatedCase(
                label: try filled(manifest.cases.label), group: try filled(manifest.cases.group), figures: figures)
        } catch let error as UncoveredCase {
            throw error
        } catch let error as FileProblem {
            throw UncoveredCase(reason: error.message)
        } catch let error as JSONProblems {
            throw UncoveredCase(reason: error.problems.first.map { "\($0.path): \($0.message)" } ?? "\(error)")
        } catch {
            throw UncoveredCase(reason: "\(error)")
        }
    }

    private func filled(_ text: String) throws(FileProblem) -> String {
        try ValidationTemplate.fill(text, from: row, of: study.table)
    }

    // MARK: The scenario

    private func scenario(_ workload: InferencePerfWorkload?) throws -> CheckedScenario {
        var settings: [String] = []
        for setting in manifest.cases.settings {
            settings.append("\(setting.path)=\(try filled(setting.text))")
        }
        let requests: RequestTrace? = manifest.cases.kind == .requests ? try requestTrace() : workload?.trace()
        if requests != nil, let names = manifest.scenario.value["workloads"]?.objectValue?.keys {
            // Stands in until the case's own requests are put in its place.
            settings += names.map {
                "workloads.\($0).traffic={\"generate\": {\"requests\": 1, \"arrivals\": {\"kind\": \"constant\", "
                    + "\"rate_per_s\": 1}, \"input_tokens\": {\"kind\": \"constant\", \"value\": 1}, "
                    + "\"output_tokens\": {\"kind\": \"constant\", \"value\": 1}}}"
            }
        }
        let document = try ScenarioDocument(manifest.scenario, folder: manifest.folder, settings: settings)
        var checked = try document.checked()
        guard checked.plans.count == 1, checked.workloads.count == 1 else {
            throw UncoveredCase(reason: "the scenario needs exactly one workload, of kind serving")
        }
        if let requests { checked.traces[0] = requests }
        return checked
    }

    private func records(of scenario: CheckedScenario) -> [RequestRecord] {
        var world = scenario.world()
        world.run()
        return world.serving[0].records
    }

    /// Tokens of an answer by the measured means of the whole run.
    private func servedTokens(_ measurements: [Measurement]) -> Int? {
        func mean(_ name: String) -> Double? {
            measurements.first { $0.stage == nil && $0.name == name + ".mean" }?.value
        }
        guard let end = mean("e2e_s"), let first = mean("ttft_s"), let interval = mean("itl_s"), end > first else {
            return nil
        }
        return Int(((end - first) / interval).rounded()) + 1
    }

    // MARK: Requests that were measured one by one

    private func requestTrace() throws(FileProblem) -> RequestTrace {
        var trace = RequestTrace()
        for request in try measuredRequests() {
            trace.arrivalNanoseconds.append(request.arrival)
            trace.inputTokens.append(Int32(request.input))
            trace.outputTokens.append(Int32(request.output))
        }
        return trace
    }

    private struct MeasuredRequest {
        var arrival: Int64
        var firstToken: Int64
        var end: Int64
        var input: Int
        var output: Int
    }

    /// In the order of their arrival, which is counted from the first.
    private func measuredRequests() throws(FileProblem) -> [MeasuredRequest] {
        guard let columns = manifest.cases.requests else { return [] }
        try study.table.require([
            columns.arrival, columns.firstToken, columns.lastToken, columns.inputTokens, columns.outputTokens,
        ])
        var requests: [MeasuredRequest] = []
        for index in rows {
            let row = study.table.rows[index]
            func nanoseconds(_ column: String) throws(FileProblem) -> Int64 {
                Int64((try study.table.number(row, column) * 1e9).rounded())
            }
            func tokens(_ column: String) throws(FileProblem) -> Int {
                let value = try study.table.number(row, column)
                guard value >= 1, value < 1e9 else {
                    throw FileProblem(
                        path: "\(study.table.file):\(row.number)", message: "expected tokens in \(column)")
                }
                return Int(value)
            }
            let arrival = try nanoseconds(columns.arrival)
            requests.append(MeasuredRequest(
                arrival: arrival, firstToken: try nanoseconds(columns.firstToken) - arrival,
                end: try nanoseconds(columns.lastToken) - arrival, input: try tokens(columns.inputTokens),
                output: try tokens(columns.outputTokens)))
        }
        let first = requests.map(\.arrival).min() ?? 0
        for index in requests.indices { requests[index].arrival -= first }
        return requests.enumerated().sorted { ($0.element.arrival, $0.offset) < ($1.element.arrival, $1.offset) }
            .map(\.element)
    }

    // MARK: What was measured

    private func measurements(_ workload: InferencePerfWorkload?) throws(FileProblem) -> [Measurement] {
        switch manifest.cases.kind {
        case .rows: try columnMeasurements()
        case .requests: try requestMeasurements()
        case .inferencePerf: try tableMeasurements(workload)
        }
    }

    private func columnMeasurements() throws(FileProblem) -> [Measurement] {
        var list: [Measurement] = []
        for (name, column, scale) in manifest.measured.columns {
            var values: [Double] = []
            for index in rows where !study.table.rows[index][column].isEmpty {
                values.append(try study.table.number(study.table.rows[index], column) * scale)
            }
            guard let metric = ValidationMetric(name), !values.isEmpty else { continue }
            list.append(Measurement(metric: metric, name: name, value: values.sorted()[(values.count - 1) / 2]))
        }
        return list
    }

    private func requestMeasurements() throws(FileProblem) -> [Measurement] {
        var times = RequestTimes()
        for request in try measuredRequests() {
            times.add(
                arrival: request.arrival, firstToken: request.firstToken, endToEnd: request.end,
                outputTokens: request.output)
        }
        return manifest.measured.statistics.compactMap { name in
            guard let metric = ValidationMetric(name), let value = times.value(of: metric) else { return nil }
            return Measurement(metric: metric, name: name, value: value)
        }
    }

    private func tableMeasurements(_ workload: InferencePerfWorkload?) throws(FileProblem) -> [Measurement] {
        guard let names = manifest.measured.table, let figures = study.figures else { return [] }
        let key = try filled(names.caseText)
        var list: [Measurement] = []
        for row in figures.rows where row[names.caseColumn] == key {
            guard let entry = names.metrics.first(where: { $0.name == row[names.nameColumn] }),
                let metric = ValidationMetric(entry.metric) else { continue }
            let stage = names.stageColumn.map { row[$0] }
            let number = stage.flatMap(Int.init).flatMap { $0 < 0 ? nil : $0 }
            // A stage that the workload has not is of another run.
            guard let window = workload.map({ $0.window(stage: number) }) ?? 0..<Int64.max else { continue }
            // Stages are summed up apart from whole runs, of which they are parts.
            list.append(Measurement(
                metric: metric, name: entry.metric + (number == nil ? "" : " of stages"),
                stage: number.map { "stage \($0)" }, window: window,
                value: try figures.number(row, names.valueColumn) * names.scale))
        }
        return list
    }
}
