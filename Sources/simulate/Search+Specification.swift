import JSONText
import Report
import Scenario
import Studies

extension SearchCommand {
    /// The search that file and options make, its candidates bound to the cluster.
    func makeSearch() throws -> Search {
        let (base, file) = try loadSweep(scenario)
        guard file.seeds.isEmpty, file.sample == nil else {
            throw Failure(message: "\(scenario): a search runs every candidate with one seed; seeds and sample do not "
                + "go with it", status: 2)
        }
        var sweep = file
        for text in settings { try sweep.add(setting: text) }
        if let `where` { sweep.condition = try SweepCondition(parsing: `where`) }
        if let variant { sweep.variant = variant }
        try checkVariant(sweep.variant, base)
        var specification = SearchSpecification(sweep, goal: try goal(), criterion: try criterion(base, sweep))
        if let load {
            let (path, values) = try dimension("--load", load)
            specification.load = SweepAxis(path, try SearchRange.load(values, tolerance: tolerance))
        }
        for text in resources {
            let (path, values) = try dimension("--resource", text)
            specification.resources.append(SweepAxis(path, try SearchRange.resource(values)))
        }
        if let within { specification.budget = try SweepCondition(parsing: within) }
        if let twice = specification.grid.repeatedPath {
            throw Failure(message: "\(twice) is varied twice; keep one of them", status: 2)
        }
        guard !specification.grid.axes.isEmpty else {
            throw Failure(message: "nothing is varied; add --resource or --set path=value,value", status: 2)
        }
        return try Search(
            base, specification, engineVersion: engineVersion, limits: SweepLimits(maximumEvents: maxEvents)
        ) { SweepOutcome($0, $1) }
    }

    private func goal() throws -> SearchGoal {
        if load != nil { return .largestLoad }
        if let minimise {
            if let figure = CostFigure(rawValue: minimise) { return .smallest(figure) }
            return .metrics([SweepObjective(metric: minimise, isMaximised: false)])
        }
        if let maximise { return .metrics([SweepObjective(metric: maximise, isMaximised: true)]) }
        let objectives = try sweepObjectives(pareto)
        guard !objectives.isEmpty else { throw Failure(message: "--pareto: expected metrics", status: 2) }
        return .metrics(objectives)
    }

    /// As asked; else the SLO of the scenario where it has one.
    private func criterion(_ base: SweepBase, _ sweep: SweepSpecification) throws -> SearchCriterion {
        if let holding { return try SearchCriterion(parsing: holding) }
        let scenario = try base.scenario(sweep.fixed).merged(variant: sweep.variant)
        let workloads = scenario["workloads"]?.objectValue ?? JSONObject()
        if workloads.contains(where: { $0.value["slo"] != nil }) { return .objectives }
        if load == nil, minimise.flatMap(CostFigure.init(rawValue:)) == nil { return .any }
        throw Failure(
            message: "no workload has an \"slo\", so nothing says what an answer must hold; "
                + "write one, or --holding 'ttft_s.p99 <= 2'", status: 2)
    }

    private func dimension(_ option: String, _ text: String) throws -> (JSONPath, String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw Failure(message: "\(option) \(text): expected path=range, such as a.b=1..8", status: 2)
        }
        return (try JSONPath(parsing: String(text[..<equals])), String(text[text.index(after: equals)...]))
    }
}
