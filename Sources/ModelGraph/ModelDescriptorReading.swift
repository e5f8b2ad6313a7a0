import JSONText

extension ModelDescriptor {
    /// A descriptor as a JSON object, with every problem of it reported.
    public static var jsonType: JSONType<ModelDescriptor> {
        .object("a model descriptor (an object)") { ModelDescriptorReading($0).descriptor() }
    }

    /// A model in a scenario: the name of a shipped one, or a descriptor as an object.
    public static var reference: JSONType<ModelDescriptor> {
        let described = jsonType
        return JSONType(
            expected: "the name of a model or a model descriptor", standIn: described.standIn()
        ) { reader in
            guard case .string(let name) = reader.value else { return described.decode(reader) }
            do throws(JSONProblems) {
                return try named(name)
            } catch {
                for problem in error.problems { reader.fail(problem.message, remedy: problem.remedy) }
                return nil
            }
        }
    }

    /// A shipped descriptor by its name, which may be spelt as on a model hub.
    /// - Throws: that there is no such model, with the nearest name or all of them.
    public static func named(_ name: String) throws(JSONProblems) -> ModelDescriptor {
        guard let entry = ModelRegistry.entry(for: name) else {
            let names = ModelRegistry.names
            let near = Spelling.nearest(to: ModelRegistry.canonical(name), among: names)
            throw JSONProblems([
                JSONProblem(
                    message: "unknown model \"\(name)\"",
                    remedy: near.map { "did you mean \"\($0)\"?" }
                        ?? "known models are \(names.joined(separator: ", "))")
            ])
        }
        return try shipped.value(entry.name) { () throws(JSONProblems) in
            try JSONDocument(bytes: entry.text, file: entry.name + ".json").decode(jsonType)
        }
    }

    private static let shipped = DecodedOnce<ModelDescriptor>()

    /// Reads a descriptor from a file of the user's own.
    /// - Throws: why the file cannot be read, or all that is wrong with it, each with its place.
    public init(contentsOf path: String) throws(JSONProblems) {
        self = try JSONDocument(contentsOf: path).decode(Self.jsonType)
    }
}

/// Reads the members of a descriptor and checks how they fit together.
///
/// The limits are far above any model and keep every count of values or bytes below 2^63.
struct ModelDescriptorReading {
    /// Of the residual stream and of latent ranks.
    static let widths = 1...65_536
    static let heads = 1...1_024
    static let headSizes = 1...1_024
    /// Of one feed-forward network between its up and down matrices.
    static let intermediates = 1...262_144
    static let experts = 1...4_096
    /// Of a group and of a whole model.
    static let layers = 1...1_024
    /// Of contexts and windows, in tokens.
    static let contexts = 1...268_435_456
    static let vocabularies = 1...16_777_216

    let object: JSONObjectReader

    init(_ object: JSONObjectReader) { self.object = object }

    /// The descriptor; filled with stand-ins, and not to be used, where problems were reported.
    func descriptor() -> ModelDescriptor {
        let name = object.required("name", .name)
        let queryHeads = object.required("query_heads", .integer(in: Self.heads))
        let parts = ModelDescriptorParts(object)
        let weightType = object.optional("weight_type", JSONType<DataType>.choice(), default: .bf16)
        var model = ModelDescriptor(
            name: name,
            hiddenSize: object.required("hidden_size", .integer(in: Self.widths)),
            queryHeads: queryHeads,
            keyValueHeads: parts.keyValueHeads ?? 1,
            headSize: parts.latentAttention?.queryKeyHeadSize ?? parts.headSize ?? 1,
            intermediateSize: parts.intermediateSize ?? 0,
            vocabulary: object.required("vocabulary", .integer(in: Self.vocabularies)),
            tiedEmbeddings: object.optional("tied_embeddings", .bool, default: false),
            maximumContext: object.required("maximum_context", .integer(in: Self.contexts)),
            extendedContext: object.optional("extended_context", .integer(in: Self.contexts)),
            weightType: weightType,
            expertType: parts.expertType,
            embeddingType: object.optional("embedding_type", JSONType<DataType>.choice(), default: .bf16),
            keyValueType: object.optional("key_value_type", JSONType<DataType>.choice(), default: .bf16),
            mixtureOfExperts: parts.mixtureOfExperts,
            latentAttention: parts.latentAttention,
            groups: parts.groups,
            source: ModelSource(provenance: .assumed, text: ""))
        model.multiTokenPredictionLayers = object.optional(
            "multi_token_prediction_layers", .integer(in: 0...16), default: 0)
        model.source = source()
        checkHeads(of: model)
        checkContexts(of: model)
        parts.check(object)
        return model
    }

    /// Read last: the keys that `assumed` may name are those asked for until then.
    private func source() -> ModelSource {
        let assumed = object.optional("assumed", .array(of: .name), default: [])
        let source = ModelSource(
            provenance: object.required("provenance", JSONType<ModelSource.Provenance>.choice()),
            text: object.required("source", .name), assumedKeys: assumed)
        for (index, key) in assumed.enumerated() where !object.knownKeys.contains(key) {
            let near = Spelling.nearest(to: key, among: object.knownKeys)
            object.reader.diagnostics.report(
                object.path.appending(key: "assumed").appending(index: index),
                "\"\(key)\" is not a key of a model descriptor", remedy: near.map { "did you mean \"\($0)\"?" })
        }
        return source
    }

    /// Query heads are shared out evenly among key-value heads.
    private func checkHeads(of model: ModelDescriptor) {
        let areRead = ["query_heads", "key_value_heads"].allSatisfy { object.problems(below: $0).isEmpty }
        if areRead, model.queryHeads % model.keyValueHeads != 0 {
            object.fail(
                at: "key_value_heads",
                "\(model.keyValueHeads) key-value heads do not divide \(model.queryHeads) query heads")
        }
    }

    /// A rescaled context is longer than the trained one.
    private func checkContexts(of model: ModelDescriptor) {
        guard object.problems(below: "maximum_context").isEmpty else { return }
        if let extended = model.extendedContext, extended <= model.maximumContext {
            object.fail(
                at: "extended_context",
                "\(extended) is not longer than maximum_context (\(model.maximumContext))",
                remedy: "leave it out, or give the context with rescaled positions")
        }
    }
}
