import JSONText

/// A sweep as a file states it: a scenario beside it and what is varied.
public struct SweepFile: Sendable {
    /// Path of the scenario, relative to the sweep file's folder.
    public var base: String
    /// What is varied, and what is asked of it.
    public var specification: SweepSpecification

    /// Decodes a sweep file.
    /// - Throws: every problem with its place.
    public init(_ document: JSONDocument) throws(JSONProblems) {
        (base, specification) = try document.decode { reader in
            reader.object { sweep in
                _ = sweep.required("schema", .choice(among: [(SweepSpecification.schema, true)]))
                for key in ["name", "description"] { _ = sweep.optional(key, .name) }
                return (sweep.required("base", .name), Self.specification(sweep))
            }
        }
    }

    private static func specification(_ sweep: JSONObjectReader) -> SweepSpecification {
        var result = SweepSpecification()
        result.fixed = sweep.optional("set", .settings, default: [])
        result.axes = sweep.optional("axes", .axes, default: [])
        result.axes += sweep.optional("zip", .array(of: .zippedAxis), default: [])
        result.condition = sweep.optional("where", .condition)
        result.sample = sweep.optional("sample", .sample)
        result.variant = sweep.optional("variant", .name, default: result.variant)
        let seeds = sweep.optional("seeds", .array(of: .integer(in: 0...), count: 1...), default: [])
        result.seeds = seeds.map(UInt64.init)
        result.objectives = sweep.optional("objectives", .array(of: .objective), default: [])
        if let twice = result.repeatedPath {
            sweep.fail("\(twice) is varied twice", remedy: "keep one of them, or zip them")
        }
        return result
    }
}

extension SweepSpecification {
    /// A path that two dimensions change.
    public var repeatedPath: JSONPath? {
        var seen: Set<JSONPath> = []
        return axes.flatMap(\.paths).first { !seen.insert($0).inserted }
    }
}

extension JSONType {
    /// Text that another parser reads; what it throws is the problem.
    static func parsed(
        _ expected: String, standIn: @escaping @autoclosure () -> Value, _ parse: @escaping (String) throws -> Value
    ) -> JSONType {
        JSONType(expected: expected, standIn: standIn()) { reader in
            guard let text = reader.value.stringValue else {
                reader.reportExpected(expected)
                return nil
            }
            do {
                return try parse(text)
            } catch let problem as JSONProblem {
                reader.fail(problem.message, remedy: problem.remedy)
            } catch {
                reader.fail("\(error)")
            }
            return nil
        }
    }
}

extension JSONType<SweepCondition> {
    static var condition: JSONType {
        .parsed("a condition such as \"a.b + a.c <= 4\"", standIn: .always) { try SweepCondition(parsing: $0) }
    }
}

extension JSONType<SweepObjective> {
    static var objective: JSONType {
        .parsed("an objective such as \"min ttft_s.p99\"", standIn: SweepObjective(metric: "", isMaximised: true)) {
            try SweepObjective(parsing: $0)
        }
    }
}

extension JSONType<SweepSample> {
    static var sample: JSONType {
        .object { sample in
            SweepSample(
                kind: sample.required("kind", .choice()), count: sample.required("n", .integer(in: 1...10_000_000)),
                seed: UInt64(sample.optional("seed", .integer(in: 0...), default: 1)))
        }
    }
}

extension JSONType<[SweepSetting]> {
    /// `{ "path": value }`.
    static var settings: JSONType {
        JSONType<[(path: JSONPath, value: JSONValue)]>.byPath("an object of settings by path") { $0.value }
            .map { $0.map { SweepSetting(path: $0.path, value: $0.value) } }
    }
}

extension JSONType<[SweepAxis]> {
    /// `{ "path": values }`.
    static var axes: JSONType {
        JSONType<[(path: JSONPath, value: [JSONValue])]>.byPath("an object of values by path", sweepValues)
            .map { $0.map { SweepAxis($0.path, $0.value) } }
    }
}

extension JSONType<SweepAxis> {
    /// `{ "path": values, "path": values }`, values of the same number.
    static var zippedAxis: JSONType {
        let members = JSONType<[(path: JSONPath, value: [JSONValue])]>.byPath(
            "an object of values by path", sweepValues)
        return JSONType(expected: members.expected, standIn: SweepAxis(.root, [.null])) { reader in
            guard let known = members.decode(reader), let first = known.first else {
                reader.fail("expected at least one setting")
                return nil
            }
            guard known.allSatisfy({ $0.value.count == first.value.count }) else {
                let lengths = known.map { "\($0.path) \($0.value.count)" }.joined(separator: ", ")
                reader.fail("values that move together differ in number: \(lengths)")
                return nil
            }
            return SweepAxis(zip: known.map { (path: $0.path, values: $0.value) })
        }
    }
}

extension JSONType {
    /// Members whose names are paths of the scenario; a value that reads as nil is left out.
    fileprivate static func byPath<Element>(
        _ expected: String, _ read: @escaping (JSONReader) -> Element?
    ) -> JSONType where Value == [(path: JSONPath, value: Element)] {
        JSONType(expected: expected, standIn: []) { (reader: JSONReader) -> Value? in
            guard let object = reader.value.objectValue else {
                reader.reportExpected(expected)
                return nil
            }
            return object.compactMap { member -> (path: JSONPath, value: Element)? in
                let child = JSONReader(
                    member.value, path: reader.path.appending(key: member.key), diagnostics: reader.diagnostics)
                do throws(JSONProblem) {
                    let path = try JSONPath(parsing: member.key)
                    guard let value = read(child) else { return nil }
                    return (path, value)
                } catch {
                    child.fail(error.message, remedy: error.remedy)
                    return nil
                }
            }
        }
    }
}

/// A list, `{ "range": [first, last, step] }` or `{ "log": [first, last, count] }`.
private func sweepValues(_ reader: JSONReader) -> [JSONValue]? {
    if let list = reader.value.arrayValue, !list.isEmpty { return list }
    guard reader.value.objectValue != nil else {
        reader.reportExpected("a list of values, {\"range\": [first, last, step]} or {\"log\": [first, last, count]}")
        return nil
    }
    return reader.object { axis in
        let kind = axis.has("range") ? "range" : "log"
        let whole = axis.optional("whole", .bool)
        let numbers = axis.required(kind, .array(of: .number, count: 2...3))
        guard axis.isSound(kind) else { return nil }
        let areWhole = axis.child(kind)?.value.arrayValue?.allSatisfy { $0.integerValue != nil } ?? false
        let values: [JSONValue]? =
            if kind == "range" {
                SweepSpacing.linear(
                    from: numbers[0], through: numbers[1], step: numbers.count > 2 ? numbers[2] : 1,
                    isWhole: whole ?? areWhole)
            } else if numbers.count == 3, let count = Int(exactly: numbers[2]) {
                SweepSpacing.geometric(from: numbers[0], through: numbers[1], count: count, isWhole: whole ?? false)
            } else { nil }
        if values == nil {
            let remedy = kind == "range" ? "[first, last, step], the step towards the last"
                : "[first, last, count], first and last above 0 and a count of at least 2"
            axis.fail(at: kind, "has no values, or more than \(SweepSpacing.limit)", remedy: "write \(remedy)")
        }
        return values
    }
}

extension JSONObjectReader {
    /// Whether nothing is wrong with a member or inside it.
    fileprivate func isSound(_ key: String) -> Bool {
        let inside = path.appending(key: key).components
        return has(key) && !reader.diagnostics.problems.contains { $0.path.components.starts(with: inside) }
    }
}
