import Glibc
import Hardware
import JSONText
import ModelGraph
import Serving
import Timing

extension ScenarioDocument {
    /// The typed scenario of a variant.
    /// - Throws: every problem of the text at once.
    public func specification(variant: String = baseName) throws(JSONProblems) -> ScenarioSpecification {
        let diagnostics = diagnostics(variant: variant)
        checkVariants(diagnostics)
        let reader = JSONReader(merged(variant: variant), diagnostics: diagnostics)
        let specification = reader.object { decode($0) }
        try diagnostics.check()
        return specification
    }

    private func decode(_ scenario: JSONObjectReader) -> ScenarioSpecification {
        scenario.ignore("variants")
        _ = scenario.optional("description", .string)
        _ = scenario.required("schema", .choice(of: [Self.schema]))
        let cluster = scenario.required("cluster", .cluster(folder: folder))
        let groups = cluster.nodeGroups.map(\.name)
        let workloads = scenario.required(
            "workloads", .members(of: .workload(nodeGroups: groups, folder: folder))
                .checked { $0.isEmpty ? "expected at least one workload" : nil })
        let seed = UInt64(scenario.optional("seed", .integer(in: 0...), default: 1))
        return ScenarioSpecification(
            name: scenario.required("name", .name), seed: seed, cluster: cluster,
            workloads: workloads.map { named in
                var workload = named.value
                workload.name = named.name
                return workload
            },
            untilNanoseconds: scenario.optional("until", .duration(sign: .positive)),
            events: scenario.optional("events", .array(of: .event), default: []),
            sampling: scenario.optional(
                "sampling", .sampling(folder: folder, seed: seed), default: SamplingSpecification(seed: seed)))
    }

    /// Variants are objects beside the scenario itself, which has a name among them.
    private func checkVariants(_ diagnostics: JSONDiagnostics) {
        guard let variants = value["variants"] else { return }
        let path: JSONPath = ["variants"]
        let named = JSONType<[(name: String, value: JSONObject)]>.members(of: .patch)
        _ = JSONReader(variants, path: path, diagnostics: diagnostics).read(named)
        if variants[Self.baseName] != nil {
            diagnostics.report(
                path.appending(key: Self.baseName), isKey: true,
                "\(Self.baseName) is the name of the scenario itself", remedy: "give the variant another name")
        }
    }
}

extension JSONType<JSONObject> {
    /// What a variant changes.
    fileprivate static var patch: JSONType {
        JSONType(expected: "an object, a merge patch of the scenario", standIn: JSONObject()) { reader in
            guard let patch = reader.value.objectValue else {
                reader.reportExpected("an object, a merge patch of the scenario")
                return nil
            }
            if patch["variants"] != nil {
                reader.diagnostics.report(
                    reader.path.appending(key: "variants"), isKey: true, "a variant has no variants of its own",
                    remedy: "remove it")
            }
            return patch
        }
    }
}

extension JSONObjectReader {
    /// Whether nothing is wrong with a member or what is inside it: checks of a stand-in would only
    /// repeat what has been reported.
    func isSound(_ key: String) -> Bool { has(key) && !reader.hasProblems(inside: path.appending(key: key)) }
}

extension JSONReader {
    /// Whether something has been reported of the value at a path, or of what is inside it.
    func hasProblems(inside path: JSONPath) -> Bool {
        diagnostics.problems.contains { $0.path.components.starts(with: path.components) }
    }
}

extension JSONType<ScenarioEvent> {
    static var event: JSONType {
        .object { event in
            _ = event.required("kind", .choice(of: ["device-fails"]))
            return ScenarioEvent(
                path: event.path, nanoseconds: event.required("at", .duration()),
                target: event.required("target", .name),
                durationNanoseconds: event.optional("for", .duration(sign: .positive)))
        }
    }
}

extension JSONType<ServingSpecification> {
    /// A workload; its name is filled in by whoever knows the key.
    static func serving(nodeGroups: [String], folder: String) -> JSONType {
        .object { workload in
            _ = workload.required("kind", .workloadKind)
            let model = workload.required("model", .model(folder: folder))
            let isKnown = workload.isSound("model")
            let longest = model.longestContext
            let context = workload.optional("max_context", .integer(in: 1...), default: longest)
            if context > longest, isKnown {
                workload.fail(
                    at: "max_context", "\(context) is more than the longest context of \(model.name), \(longest)")
            }
            var prefill = RoutingPolicy.leastLoaded, decode = RoutingPolicy.leastKeyValue
            workload.child("router")?.object { router in
                prefill = router.optional("prefill", .choice(), default: prefill)
                decode = router.optional("decode", .choice(), default: decode)
            }
            let engine = workload.optional("engine", .engine, default: .standard)
            return ServingSpecification(
                name: "", path: workload.path, model: model,
                weightType: workload.child("weights")?.object { $0.required("dtype", .choice(DataType.self)) },
                maximumContext: context,
                traffic: workload.required("traffic", .traffic(folder: folder)),
                pools: workload.required(
                    "pools",
                    .pools(nodeGroups: nodeGroups, model: isKnown ? model : nil, engine: engine, folder: folder)),
                engine: engine,
                keyValue: workload.optional(
                    "kv", .keyValue(model),
                    default: KeyValueSpecification(type: model.keyValueType, transfer: .pull, firstToken: .decode)),
                prefillRouter: prefill, decodeRouter: decode,
                objective: workload.optional("slo", .objective, default: ServiceLevelObjective()))
        }
    }
}

extension JSONType<ModelDescriptor> {
    /// A shipped model's name, a descriptor written in place, or the path of a descriptor file.
    static func model(folder: String) -> JSONType {
        let reference = ModelDescriptor.reference
        return JSONType(expected: reference.expected, standIn: reference.standIn()) { reader in
            guard let file = reader.value.stringValue, file.hasSuffix(".json") else { return reference.decode(reader) }
            do {
                return try ModelDescriptor(contentsOf: resolve(file, folder))
            } catch {
                reader.fail("cannot use \(file): \(error)")
                return nil
            }
        }
    }
}

/// A path in a scenario, relative to the scenario's folder; where nothing is there, as the user's shell
/// would see it, since settings are typed on the command line.
func resolve(_ path: String, _ folder: String) -> String {
    let beside = path.hasPrefix("/") ? path : folder + path
    return access(beside, F_OK) != 0 && access(path, F_OK) == 0 ? path : beside
}

extension JSONType<[PoolSpecification]> {
    /// - Parameters:
    ///   - nodeGroups: names that `nodes` may have; empty when they are not known.
    ///   - model: what the pools serve; `nil` when it is not known.
    ///   - folder: that paths are relative to.
    static func pools(
        nodeGroups: [String], model: ModelDescriptor?, engine: EngineSpecification, folder: String
    ) -> JSONType {
        let members = JSONType<[(name: String, value: PoolSpecification)]>.members(
            of: .pool(nodeGroups: nodeGroups, model: model, engine: engine, folder: folder))
        return JSONType(expected: "an object of pools", standIn: []) { reader in
            guard let named = members.decode(reader) else { return nil }
            let pools = named.map { member in
                var pool = member.value
                pool.name = member.name
                return pool
            }
            if !reader.hasProblems(inside: reader.path) { checkRoles(pools, reader) }
            return pools
        }
    }

    private static func checkRoles(_ pools: [PoolSpecification], _ reader: JSONReader) {
        let roles = PoolRole.allCases.filter { role in pools.contains { $0.role == role } }
        switch roles {
        case [.mixed], [.prefill, .decode]: return
        case []: reader.fail("expected at least one pool")
        case [.prefill]: reader.fail("a prefill pool needs a decode pool", remedy: "add one with \"role\": \"decode\"")
        case [.decode]: reader.fail("a decode pool needs a prefill pool", remedy: "add one with \"role\": \"prefill\"")
        default:
            reader.fail(
                "mixed pools and separated pools in one workload",
                remedy: "give all pools the role mixed, or only prefill and decode; null removes a pool of the base")
        }
    }
}

extension JSONType<PoolSpecification> {
    static func pool(
        nodeGroups: [String], model: ModelDescriptor?, engine: EngineSpecification, folder: String
    ) -> JSONType {
        .object { pool in
            let tensor = pool.optional("tensor_parallel", .integer(in: 1...), default: 1)
            let expert = pool.optional("expert_parallel", .integer(in: 1...), default: 1)
            if let model { checkRanks(tensor, expert, of: model, pool) }
            let tokens = pool.optional("max_batch_tokens", .integer(in: 1...1 << 20))
            let sequences = pool.optional("max_sequences", .integer(in: 1...1 << 20))
            if tokens != nil || sequences != nil {
                checkBatch(tokens ?? engine.configuration.maximumBatchTokens,
                           sequences ?? engine.configuration.maximumSequences, pool)
            }
            let role = pool.required("role", .choice(PoolRole.self)), lease = pool.lease()
            if lease.isShared, role != .mixed {
                pool.fail(
                    at: "lease", "KV on its way between pools cannot be given up: a \(role.rawValue) pool shares no "
                        + "devices", remedy: "share those of mixed pools, in a workload of their own")
            }
            return PoolSpecification(
                name: "", path: pool.path, role: role,
                nodes: pool.required("nodes", nodeGroups.isEmpty ? .name : .choice(of: nodeGroups)),
                parallelism: Parallelism(tensor: tensor, expert: expert),
                replicas: pool.required("replicas", .integer(in: 1...)), maximumBatchTokens: tokens,
                maximumSequences: sequences, timing: pool.optional("timing", .string).map { resolve($0, folder) },
                measuredKernels: pool.optional("measured_kernels", .string).map { resolve($0, folder) },
                keyValueBlocks: pool.optional("kv_blocks", .integer(in: 1...1 << 40)), lease: lease)
        }
    }

    private static func checkRanks(
        _ tensor: Int, _ expert: Int, of model: ModelDescriptor, _ pool: JSONObjectReader
    ) {
        if expert != 1, model.mixtureOfExperts == nil {
            pool.fail(at: "expert_parallel", "\(model.name) has no experts", remedy: "leave it out")
        } else if expert != 1, expert != tensor {
            pool.fail(at: "expert_parallel", "expected 1 or tensor_parallel (\(tensor)), found \(expert)")
        }
        guard !model.heads(fit: tensor) else { return }
        let allowed = (1...64).filter(model.heads(fit:))
        pool.fail(
            at: "tensor_parallel", "\(tensor) ranks cannot share the \(model.queryHeads) query and "
                + "\(model.keyValueHeads) key-value heads of \(model.name)",
            remedy: "use one of \(allowed.map(String.init).joined(separator: ", "))")
    }
}

extension ModelDescriptor {
    /// Whether so many ranks can share the heads: evenly, or several ranks to a key-value head.
    func heads(fit ranks: Int) -> Bool {
        queryHeads % ranks == 0 && (keyValueHeads % ranks == 0 || ranks % keyValueHeads == 0)
    }
}

/// Every running sequence needs a token of the budget.
func checkBatch(_ tokens: Int, _ sequences: Int, _ object: JSONObjectReader) {
    guard tokens < sequences else { return }
    object.fail(
        at: object.has("max_batch_tokens") ? "max_batch_tokens" : "max_sequences",
        "max_batch_tokens (\(tokens)) is less than max_sequences (\(sequences)), "
            + "and every sequence needs a token a step",
        remedy: "raise the one or lower the other")
}

extension EngineSpecification {
    static let standard = EngineSpecification(
        configuration: EngineConfiguration(), execution: .graphFull, memoryFraction: 0.9,
        reservedBytes: 3_000_000_000)
}

extension JSONType<EngineSpecification> {
    static var engine: JSONType {
        .object { engine in
            let standard = EngineSpecification.standard
            var result = standard
            result.configuration.maximumBatchTokens = engine.optional(
                "max_batch_tokens", .integer(in: 1...1 << 20), default: standard.configuration.maximumBatchTokens)
            result.configuration.maximumSequences = engine.optional(
                "max_sequences", .integer(in: 1...1 << 20), default: standard.configuration.maximumSequences)
            checkBatch(result.configuration.maximumBatchTokens, result.configuration.maximumSequences, engine)
            result.configuration.blockTokens = engine.optional(
                "block_tokens", .integer(in: 1...4096), default: standard.configuration.blockTokens)
            result.configuration.prefixCache = engine.optional("prefix_cache", .bool, default: true)
            result.configuration.chunkedPrefill = engine.optional("chunked_prefill", .bool, default: true)
            result.configuration.admitsWholePrompts = engine.optional("admit_whole_prompts", .bool, default: false)
            result.execution = engine.optional("execution", .choice(), default: standard.execution)
            result.memoryFraction = engine.optional(
                "memory_fraction", .number(in: 0.01...1), default: standard.memoryFraction)
            result.frontEndNanoseconds = engine.optional("front_end", .duration(), default: 0)
            result.reservedBytes = engine.optional("reserved_memory", .bytes(), default: standard.reservedBytes)
            return result
        }
    }
}

extension JSONType<KeyValueSpecification> {
    static func keyValue(_ model: ModelDescriptor) -> JSONType {
        .object { keyValue in
            KeyValueSpecification(
                type: keyValue.optional(
                    "dtype", .choice(among: [DataType.bf16, .fp16, .fp8, .int8].map { ($0.rawValue, $0) }),
                    default: model.keyValueType),
                transfer: keyValue.optional("transfer", .choice(), default: .pull),
                firstToken: keyValue.optional("first_token", .choice(), default: .decode))
        }
    }
}

extension JSONType<ServiceLevelObjective> {
    static var objective: JSONType {
        .object { slo in
            ServiceLevelObjective(
                timeToFirstToken: slo.optional("ttft", .duration(sign: .positive)),
                timePerOutputToken: slo.optional("tpot", .duration(sign: .positive)),
                interTokenLatency: slo.optional("itl", .duration(sign: .positive)),
                endToEnd: slo.optional("e2e", .duration(sign: .positive)),
                attainment: slo.optional("attainment", .number(in: 0...1), default: 0.9))
        }
    }
}
