import JSONText

/// The members of a descriptor that some kinds of layer need and others must not have.
struct ModelDescriptorParts {
    /// The layers, as ``ModelDescriptor/groups``.
    let groups: [LayerGroup]
    /// Needed by attention `full` and `window`; with `mla` they follow from the latent.
    let keyValueHeads: Int?
    let headSize: Int?
    /// Needed by dense layers.
    let intermediateSize: Int?
    /// Allowed only beside layers with experts.
    let expertType: DataType?
    /// Needed by mixture-of-experts layers.
    let mixtureOfExperts: MixtureOfExperts?
    /// Needed by layers with `mla`.
    let latentAttention: LatentAttention?

    /// Reads all of them, used or not, so that every key is known when unknown ones are reported.
    init(_ object: JSONObjectReader) {
        groups = object.required("layer_groups", .array(of: Self.group, count: 1...))
        keyValueHeads = object.optional("key_value_heads", .integer(in: ModelDescriptorReading.heads))
        headSize = object.optional("head_size", .integer(in: ModelDescriptorReading.headSizes))
        intermediateSize = object.optional(
            "intermediate_size", .integer(in: ModelDescriptorReading.intermediates))
        expertType = object.optional("expert_type", JSONType<DataType>.choice())
        mixtureOfExperts = object.optional("mixture_of_experts", Self.mixture)
        latentAttention = object.optional("latent_attention", Self.latent)
    }

    /// Reports members that the layers lack, and members that no layer uses.
    func check(_ object: JSONObjectReader) {
        guard Self.kindsAreKnown(object) else { return }
        let latent = groups.contains { $0.attention == .mla }
        let headed = groups.contains { $0.attention != .mla }
        let mixture = groups.contains { $0.feedForward == .mixtureOfExperts }
        let dense = groups.contains { $0.feedForward == .dense }
        if latent && headed {
            object.fail(at: "layer_groups", "layers with mla and layers without it cannot be mixed")
            return
        }
        Self.check(object, "latent_attention", isUsed: latent, by: "attention mla")
        Self.check(object, "key_value_heads", isUsed: headed, by: "attention full or window")
        Self.check(object, "head_size", isUsed: headed, by: "attention full or window")
        Self.check(object, "mixture_of_experts", isUsed: mixture, by: "feed_forward moe")
        Self.check(object, "intermediate_size", isUsed: dense, by: "feed_forward dense")
        if !mixture { Self.check(object, "expert_type", isUsed: false, by: "feed_forward moe") }
        let count = groups.reduce(0) { $0 + $1.count }
        if !ModelDescriptorReading.layers.contains(count) {
            object.fail(
                at: "layer_groups",
                "\(count) layers in all, but at most \(ModelDescriptorReading.layers.upperBound) are possible")
        }
    }

    /// Whether the kinds of all layers could be read, so that it makes sense to ask what they need.
    private static func kindsAreKnown(_ object: JSONObjectReader) -> Bool {
        !object.problems(below: "layer_groups").contains { problem in
            problem.path.components.last != .key("window") && problem.path.components.last != .key("count")
        }
    }

    /// Reports `key` when it is missing but used, or there without effect.
    private static func check(_ object: JSONObjectReader, _ key: String, isUsed: Bool, by kind: String) {
        let isPresent = object.has(key)
        if isUsed && !isPresent {
            object.fail(at: key, "missing; a layer with \(kind) needs it")
        } else if !isUsed && isPresent {
            object.fail(at: key, "no effect: no layer has \(kind)", remedy: "remove it")
        }
    }

    /// The spellings of ``AttentionKind``, whose window has a key of its own.
    private enum AttentionName: String, CaseIterable {
        case full, window, mla
    }

    private static var group: JSONType<LayerGroup> {
        .object("a group of layers (an object)") { object in
            let name = object.required("attention", JSONType<AttentionName>.choice())
            let window = object.optional("window", .integer(in: ModelDescriptorReading.contexts))
            let attention: AttentionKind
            switch name {
            case .full: attention = .full
            case .mla: attention = .mla
            case .window:
                attention = .window(window ?? 1)
                if !object.has("window") {
                    object.fail(at: "window", "missing; attention window needs its size in tokens")
                }
            }
            if name != .window, object.has("window") {
                object.fail(at: "window", "no effect with attention \(name.rawValue)", remedy: "remove it")
            }
            return LayerGroup(
                attention: attention,
                feedForward: object.required("feed_forward", JSONType<FeedForwardKind>.choice()),
                count: object.required("count", .integer(in: ModelDescriptorReading.layers)))
        }
    }

    private static var mixture: JSONType<MixtureOfExperts> {
        .object("the shape of a mixture of experts (an object)") { object in
            let experts = JSONType<Int>.integer(in: ModelDescriptorReading.experts)
            let mixture = MixtureOfExperts(
                experts: object.required("experts", experts),
                expertsPerToken: object.required("experts_per_token", experts),
                sharedExperts: object.optional("shared_experts", .integer(in: 0...64), default: 0),
                expertIntermediate: object.required(
                    "expert_intermediate", .integer(in: ModelDescriptorReading.intermediates)))
            let areRead = ["experts", "experts_per_token"].allSatisfy { object.problems(below: $0).isEmpty }
            if areRead, mixture.expertsPerToken > mixture.experts {
                object.fail(
                    at: "experts_per_token",
                    "a token cannot visit \(mixture.expertsPerToken) of \(mixture.experts) experts")
            }
            return mixture
        }
    }

    private static var latent: JSONType<LatentAttention> {
        .object("the shape of a latent attention (an object)") { object in
            let sizes = JSONType<Int>.integer(in: ModelDescriptorReading.headSizes)
            let ranks = 0...ModelDescriptorReading.widths.upperBound
            return LatentAttention(
                queryRank: object.required("query_rank", .integer(in: ranks)),
                keyValueRank: object.required("key_value_rank", .integer(in: ModelDescriptorReading.widths)),
                nopeHeadSize: object.required("nope_head_size", sizes),
                ropeHeadSize: object.required("rope_head_size", sizes),
                valueHeadSize: object.required("value_head_size", sizes))
        }
    }
}

extension JSONObjectReader {
    /// What has been reported about a member or parts of it: a check over several members leaves out
    /// those that are stand-ins.
    func problems(below key: String) -> [JSONProblem] {
        let prefix = path.appending(key: key).components
        return reader.diagnostics.problems.filter { $0.path.components.starts(with: prefix) }
    }
}
