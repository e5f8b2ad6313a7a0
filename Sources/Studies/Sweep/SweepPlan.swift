import EventEngine
import JSONText
import Scenario

/// The points of a sweep, in a fixed order; each is made when it is asked for, so that a large sweep costs no memory.
public struct SweepPlan: Sendable {
    /// The scenario that is varied.
    public let base: SweepBase
    /// What is varied; of a list of points only what applies to all of them.
    public let specification: SweepSpecification
    /// Number of points.
    public let count: Int
    /// Which results a point's identifier belongs to: another engine, another identifier.
    public let engineVersion: String
    private let source: Source
    private let files: SweepFiles

    private enum Source: Sendable {
        /// Every combination, or the chosen ones by number.
        case grid(SweepGrid, chosen: [Int]?)
        case listed(SweepPointList)
    }

    /// Lays out the points of a specification.
    /// - Throws: a condition that cannot be evaluated, no point at all, or too many.
    public init(
        _ base: SweepBase, _ specification: SweepSpecification, engineVersion: String
    ) throws(JSONProblems) {
        let grid = SweepGrid(specification.axes)
        let chosen = try grid.chosen(specification, base)
        let cells = chosen?.count ?? grid.count ?? 0
        let (count, overflows) = cells.multipliedReportingOverflow(by: max(1, specification.seeds.count))
        guard !overflows, count <= SweepGrid.largest, grid.count != nil || chosen != nil else {
            throw JSONProblems([JSONProblem(
                message: "the sweep has more than \(SweepGrid.largest) points",
                remedy: "choose some with \"sample\": {\"kind\": \"r2\", \"n\": 1000}")])
        }
        guard count > 0 else {
            throw JSONProblems([JSONProblem(message: "no point meets the condition", remedy: "loosen \"where\"")])
        }
        self.init(base, specification, engineVersion, count, .grid(grid, chosen: chosen))
        let names = specification.axes.flatMap { axis in axis.paths.indices.map { (axis.paths[$0], axis.values[$0]) } }
        self = reading(names)
    }

    /// Takes points that were listed, each with its settings.
    /// - Throws: a line that is no point, or one whose identifier shows that it was planned for something else.
    public init(
        _ base: SweepBase, _ specification: SweepSpecification, listed: SweepPointList, engineVersion: String
    ) throws(JSONProblems) {
        self.init(base, specification, engineVersion, listed.count, .listed(listed))
        for index in 0..<listed.count {
            guard let planned = try listed.point(at: index).identifier else { continue }
            let scenario = try scenario(at: index)
            guard planned != identifier(of: scenario) else { continue }
            throw JSONProblems([JSONProblem(
                place: JSONPlace(file: listed.file, line: index + 1),
                message: "the point was planned for another scenario or version (\(planned))",
                remedy: "plan again, or leave out its id")])
        }
    }

    private init(
        _ base: SweepBase, _ specification: SweepSpecification, _ engineVersion: String, _ count: Int, _ source: Source
    ) {
        self.base = base
        self.specification = specification
        self.engineVersion = engineVersion
        self.count = count
        self.source = source
        var files = SweepFiles(folder: base.folder)
        files.read(base.document.value)
        self.files = files
    }

    /// The same plan, having read the files that axes name.
    private func reading(_ axes: [(path: JSONPath, values: [JSONValue])]) -> SweepPlan {
        var files = files
        for (path, values) in axes {
            guard case .key(let key) = path.components.last else { continue }
            for value in values { files.read([key: value]) }
        }
        return SweepPlan(base, specification, engineVersion, count, source, files)
    }

    private init(
        _ base: SweepBase, _ specification: SweepSpecification, _ engineVersion: String, _ count: Int,
        _ source: Source, _ files: SweepFiles
    ) {
        (self.base, self.specification, self.engineVersion) = (base, specification, engineVersion)
        (self.count, self.source, self.files) = (count, source, files)
    }

    /// What is special about a point: its settings and, where seeds are repeated, its seed.
    /// - Throws: a listed line that cannot be read.
    public func point(at index: Int) throws(JSONProblems) -> SweepPoint {
        switch source {
        case .listed(let list): return try list.point(at: index)
        case .grid(let grid, let chosen):
            let seeds = max(1, specification.seeds.count)
            let cell = chosen?[index / seeds] ?? index / seeds
            return SweepPoint(
                settings: grid.settings(of: cell),
                seed: specification.seeds.isEmpty ? nil : specification.seeds[index % seeds])
        }
    }

    /// Where a point stands on each axis; nil for a point that was listed.
    func steps(at index: Int) -> [Int]? {
        guard case .grid(let grid, let chosen) = source else { return nil }
        let cell = index / max(1, specification.seeds.count)
        return grid.steps(of: chosen?[cell] ?? cell)
    }

    /// The scenario of a point.
    /// - Throws: a setting that the scenario has no place for.
    public func scenario(at index: Int) throws(JSONProblems) -> ScenarioDocument {
        let point = try point(at: index)
        var settings = specification.fixed + point.settings
        if let seed = point.seed {
            settings.append(SweepSetting(path: ["seed"], value: .integer(Int64(clamping: seed))))
        }
        return try base.scenario(settings)
    }

    /// Sixteen hexadecimal digits that tell a point by its content: the resolved scenario, the files that it names
    /// and the engine's version (64-bit FNV-1a). Equal identifiers give equal results, anywhere.
    public func identifier(of scenario: ScenarioDocument) -> String {
        let resolved = scenario.merged(variant: specification.variant)
        let content = JSONWriter.canonicalForHash(resolved)
        let hash = content.withUnsafeBufferPointer { StableHash.fnv1a64($0) }
        let versioned = StableHash.fnv1a64(engineVersion.utf8, continuing: hash)
        return hexadecimal(files.hash(of: resolved, continuing: versioned))
    }

    /// A hash of everything that the points depend on, by which an interrupted run knows its own log.
    public var fingerprint: String {
        var hash = StableHash.fnv1a64(JSONWriter.canonicalForHash(base.document.value))
        hash = files.hash(of: base.document.value, continuing: hash)
        var parts = [engineVersion, specification.variant] + specification.fixed.map(\.text)
        switch source {
        case .listed(let list): hash = StableHash.fnv1a64(list.bytes, continuing: hash)
        case .grid(_, let chosen):
            parts += specification.seeds.map { "seed \($0)" }
            for axis in specification.axes {
                parts += (0..<axis.count).flatMap { axis.settings(at: $0).map(\.text) }
                for step in 0..<axis.count {
                    for setting in axis.settings(at: step) {
                        guard case .key(let key) = setting.path.components.last else { continue }
                        hash = files.hash(of: [key: setting.value], continuing: hash)
                    }
                }
            }
            parts += (chosen ?? []).map { "\($0)" }
        }
        return hexadecimal(parts.reduce(hash) { StableHash.fnv1a64(($1 + "\n").utf8, continuing: $0) })
    }
}

/// One point of a sweep.
public struct SweepPoint: Sendable, Equatable {
    /// What the point changes in the scenario.
    public var settings: [SweepSetting]
    /// The seed with which it runs; the scenario's own when absent.
    public var seed: UInt64?
    /// The identifier under which it was planned, where it was.
    public var identifier: String?

    public init(settings: [SweepSetting], seed: UInt64? = nil, identifier: String? = nil) {
        self.settings = settings
        self.seed = seed
        self.identifier = identifier
    }

    /// The settings by path.
    public var settingsObject: JSONObject { JSONObject(settings.map { ($0.path.description, $0.value) }) }
}

/// Sixteen digits.
func hexadecimal(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
