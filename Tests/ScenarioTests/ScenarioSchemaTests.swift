import EventEngine
import Hardware
import JSONText
import ModelGraph
import ReinforcementLearning
import Scheduling
import Serving
import Testing
import Timing
import TraceFormats
import Training

@testable import Scenario

/// The schema of scenarios says what the decoder does.
@Suite struct ScenarioSchemaTests {
    let schema: JSONSchema

    init() throws { schema = try JSONSchema(ScenarioSchema.scenario) }

    @Test(arguments: SampleScenarios.all.indices)
    func samplesAreAcceptedByBoth(_ index: Int) {
        let sample = SampleScenarios.all[index]
        #expect(schema.problems(of: sample) == [])
        #expect(sample.problems.map(\.description) == [])
    }

    /// The decoder, asked what an object may hold, names the keys of the schema and no others.
    @Test func theDecoderKnowsTheSchemasKeys() {
        let stranger = "zzzzzzzzzzzzzzzzzzzz"
        for sample in SampleScenarios.all {
            for site in schema.objects(in: sample) where site.path.components.first != .key("variants") {
                let path = site.path.appending(key: stranger)
                let found = sample.setting(path, to: 1).problems.filter { $0.path == path }
                #expect(found.first?.message == "unknown key", "\(path)")
                let known = Set(found.first?.remedy?.dropFirst("known keys are ".count).split(separator: ",").map {
                    String($0.drop { $0 == " " })
                } ?? [])
                // What excludes the alternative at hand is looked for, too.
                let elsewhere = Set(site.alternatives.flatMap(Self.keys))
                #expect(known.isSuperset(of: Self.keys(site.schema)), "\(site.path)")
                #expect(known.isSubset(of: elsewhere), "\(site.path)")
                #expect(!schema.accepts(sample.setting(path, to: 1)), "\(path)")
            }
        }
    }

    @Test func theSamplesUseEveryKey() {
        var unused = Set<String>()
        for (name, definition) in schema.root["$defs"]?.objectValue ?? [:] {
            for alternative in schema.alternatives(definition) {
                unused.formUnion(Self.keys(alternative).map { "\(name).\($0)" })
            }
        }
        #expect(unused.count > 100)
        let used = SampleScenarios.all.flatMap { schema.objects(in: $0) }
        let objects = used.map { (keys: Set(Self.keys($0.schema)), value: Set($0.value.objectValue?.keys ?? [])) }
        for (name, definition) in schema.root["$defs"]?.objectValue ?? [:] {
            for alternative in schema.alternatives(definition) {
                let keys = Set(Self.keys(alternative))
                for key in keys where objects.contains(where: { $0.keys == keys && $0.value.contains(key) }) {
                    unused.remove("\(name).\(key)")
                }
            }
        }
        #expect(unused.sorted() == [])
    }

    /// A default that is written out changes nothing.
    @Test func defaultsAreTheDecodersDefaults() throws {
        var count = 0
        for sample in SampleScenarios.all {
            for site in schema.objects(in: sample) where site.path.components.first != .key("variants") {
                for (key, property) in site.schema["properties"]?.objectValue ?? [:] {
                    guard let standard = schema.resolved(property)["default"] else { continue }
                    let path = site.path.appending(key: key)
                    let absent = sample.setting(path, to: nil), explicit = sample.setting(path, to: standard)
                    guard absent.problems.isEmpty else { continue }
                    let texts = try [absent, explicit].map { "\(try $0.scenario().specification())" }
                    #expect(texts[0] == texts[1], "\(path)")
                    count += 1
                }
            }
        }
        #expect(count > 50)
    }

    /// The decoder takes the least and the greatest number of the schema and nothing beyond.
    @Test func boundsAreTheDecoders() {
        var seen: Set<String> = []
        for sample in SampleScenarios.all {
            for site in schema.objects(in: sample) where site.path.components.first != .key("variants") {
                for (key, property) in site.schema["properties"]?.objectValue ?? [:] {
                    let rule = schema.resolved(property)
                    let path = site.path.appending(key: key)
                    guard rule["minimum"] != nil || rule["maximum"] != nil, seen.insert("\(path)").inserted
                    else { continue }
                    for (bound, sign) in [("minimum", -1.0), ("maximum", 1.0)] {
                        guard let limit = rule[bound] else { continue }
                        #expect(!Self.isOutOfRange(sample.setting(path, to: limit), path), "\(path) \(bound)")
                        let beyond = Self.beyond(limit, sign, isWhole: rule["type"] == "integer")
                        #expect(Self.isOutOfRange(sample.setting(path, to: beyond), path), "\(path) beyond \(bound)")
                    }
                }
            }
        }
        #expect(seen.count > 80)
    }

    private static func isOutOfRange(_ scenario: JSONValue, _ path: JSONPath) -> Bool {
        scenario.problems.contains { $0.path == path && $0.message.hasPrefix("expected a") }
    }

    private static func beyond(_ limit: JSONValue, _ sign: Double, isWhole: Bool) -> JSONValue {
        if isWhole, let limit = limit.integerValue { return .integer(limit + Int64(sign)) }
        let limit = limit.numberValue ?? 0
        return .real(limit + sign * max(abs(limit) * 1e-6, 1e-12))
    }

    /// Whatever is done to a scenario, an editor marks nothing that the decoder takes, and the decoder finds no
    /// wrong key, kind, word or range that an editor does not mark.
    @Test(arguments: 0..<4)
    func schemaAndDecoderAgreeOnDamagedScenarios(_ seed: UInt64) {
        var random = RandomStream(seed: seed, name: "damage")
        var rejected = 0
        for _ in 0..<70 {
            let sample = SampleScenarios.all[random.uniform(below: SampleScenarios.all.count)]
            let damaged = Self.damage(sample, &random)
            let byDecoder = damaged.problems
            let bySchema = schema.problems(of: damaged)
            if !bySchema.isEmpty { rejected += 1 }
            #expect(bySchema.isEmpty || !byDecoder.isEmpty, "\(bySchema)")
            let shape = byDecoder.filter(Self.isOfShape)
            #expect(shape.isEmpty || !bySchema.isEmpty, "\(shape)")
        }
        #expect(rejected > 25)
    }

    private static let words: [(name: String, words: [String])] = {
        var words: [(name: String, words: [String])] = []
        func add<Word: CaseIterable & RawRepresentable<String>>(_ name: String, _ type: Word.Type) {
            words.append((name, type.allCases.map(\.rawValue)))
        }
        add("traceFormat", RequestTraceFormat.self)
        add("dataType", DataType.self)
        add("routingPolicy", RoutingPolicy.self)
        add("pool.role", PoolRole.self)
        add("engine.execution", ExecutionMode.self)
        add("kv.transfer", TransferMode.self)
        add("kv.first_token", FirstTokenSource.self)
        add("algorithm.name", AlgorithmName.self)
        add("schedule.kind", ScheduleKind.self)
        add("schedule.rule", StalenessRule.self)
        add("schedule.kv_on_update", UpdatePolicy.self)
        add("placement.mode", PlacementMode.self)
        add("rollout.dispatch", DispatchPolicy.self)
        add("transition.reshard", ReshardMethod.self)
        add("train.recompute", Recomputation.self)
        add("modelDescriptor.provenance", ModelSource.Provenance.self)
        add("jobTraffic.format", JobTraceFormat.self)
        add("placementStrategy", PlacementStrategy.self)
        add("placementDomain", PlacementDomain.self)
        add("schedulingPolicy.when_blocked", WhenBlocked.self)
        add("schedulingPolicy.compatibility", SchedulingCompatibility.self)
        words.append(("schedulingPolicy.queue", QueueOrder.registry.map(\.name)))
        words.append(("schedulingPolicy.placement", Placement.registry.map(\.name)))
        words.append(("nodeGroup.type", NodeType.shippedNames))
        words.append(("nodeGroup.device", DeviceDescriptor.shippedNames))
        words.append(("model", ModelRegistry.names))
        words.append(("generator.preset", GeneratorConfiguration.presetNames))
        return words
    }()

    @Test(arguments: words)
    func wordsAreThoseOfTheCode(_ name: String, _ words: [String]) throws {
        let parts = name.split(separator: ".").map(String.init)
        var schemas = schema.alternatives(try #require(schema.root["$defs"]?[parts[0]]))
        for part in parts.dropFirst() {
            schemas = schemas.compactMap { $0["properties"]?[part] }.flatMap(schema.alternatives)
        }
        let found = schemas.compactMap { $0["enum"]?.arrayValue }.first
        #expect(found == words.map { .string($0) })
    }

    @Test func patternsTakeEveryUnit() {
        let units: [(String, QuantityDimension)] = [
            ("positiveDuration", .time), ("duration", .time), ("bytes", .bytes), ("positiveBytes", .bytes),
            ("bandwidth", .bandwidth), ("computeRate", .compute),
        ]
        for (name, dimension) in units {
            for unit in dimension.units.map(\.name) {
                for number in ["1", "1.5", "+2 ", "0.003 ", "1e3", "2.5E-2  "] {
                    #expect(matches(name, number + unit), "\(name) \(number)\(unit)")
                }
                for wrong in ["", unit, "-1 \(unit)", "1. \(unit)", ".5 \(unit)", "1 x\(unit)", "1 \(unit) "] {
                    #expect(!matches(name, wrong), "\(name) \(wrong)")
                }
                #expect(matches(name, "0.0e1 \(unit)") == ["duration", "bytes"].contains(name))
            }
        }
        #expect(matches("duration", "5 \u{B5}s") && matches("duration", "5 \u{3BC}s"))
    }

    private func matches(_ name: String, _ text: String) -> Bool {
        let pattern: JSONValue = .object(["pattern": schema.root["$defs"]?[name]?["pattern"] ?? .null])
        guard let one = try? JSONSchema(JSONWriter.compact.bytes(of: pattern)) else { return false }
        return one.accepts(.string(text))
    }

    private static func keys(_ schema: JSONValue) -> [String] { schema["properties"]?.objectValue?.keys ?? [] }

    /// Whether a problem is one of keys, kinds, words and ranges, which a schema can say, in the scenario itself.
    private static func isOfShape(_ problem: JSONProblem) -> Bool {
        let names: [JSONPath.Component] = [
            .key("nodes"), .key("train_nodes"), .key("rollout_nodes"), .key("model"), .key("expert_parallel"),
        ]
        if names.contains(problem.path.components.last ?? .index(0)) { return false }
        return problem.message == "unknown key" || problem.message.hasPrefix("missing; expected")
            || problem.message.hasPrefix("expected ")
    }

    /// The sample with one member removed, renamed or replaced.
    private static func damage(_ sample: JSONValue, _ random: inout RandomStream) -> JSONValue {
        let paths = sample.memberPaths(.root).filter { $0.components.first != .key("variants") }
        let path = paths[random.uniform(below: paths.count)]
        switch random.uniform(below: 4) {
        case 0: return sample.setting(path, to: nil)
        case 1: return sample.setting(path.parent.appending(key: "stray"), to: sample.value(at: path))
        default: return sample.setting(path, to: strange[random.uniform(below: strange.count)])
        }
    }

    private static let strange: [JSONValue] = [
        true, false, -1, 0, 1, 3, 0.5, 1.5, 1e12, 1e6, "", "x", "5 s", "0 s", "-5 s", "5 GB", "3 GB/s", "5 sec", "auto",
        "poisson", [], [1], [:], ["a": 1],
    ]
}

extension JSONValue {
    /// Paths of all members of all objects.
    fileprivate func memberPaths(_ path: JSONPath) -> [JSONPath] {
        if let elements = arrayValue {
            return elements.enumerated().flatMap { $1.memberPaths(path.appending(index: $0)) }
        }
        return (objectValue ?? [:]).flatMap { key, member in
            [path.appending(key: key)] + member.memberPaths(path.appending(key: key))
        }
    }
}
