/// The models that are shipped, in a fixed order.
///
/// A new model is a JSON file in `Resources/Models` and one line here.
public enum ModelRegistry {
    /// A shipped descriptor file.
    struct Entry: Sendable {
        /// Name of the model and, with `.json`, of its file.
        let name: String
        /// Other names of the same shape, as a model hub spells them after ``canonical(_:)``.
        let aliases: [String]
        /// The file.
        let text: [UInt8]

        init(_ name: String, _ text: [UInt8], aliases: [String] = []) {
            self.name = name
            self.aliases = aliases
            self.text = text
        }
    }

    /// All of them; the order is that of ``names``.
    static let entries: [Entry] = [
        Entry("qwen2.5-7b", PackageResources.qwen2_5_7b_json),
        Entry("qwen2.5-14b", PackageResources.qwen2_5_14b_json),
        Entry("qwen2.5-32b", PackageResources.qwen2_5_32b_json),
        Entry("qwen2.5-72b", PackageResources.qwen2_5_72b_json),
        Entry("qwen3-0.6b", PackageResources.qwen3_0_6b_json),
        Entry("qwen3-8b", PackageResources.qwen3_8b_json),
        Entry("qwen3-14b", PackageResources.qwen3_14b_json),
        Entry("qwen3-32b", PackageResources.qwen3_32b_json),
        Entry("qwen3-30b-a3b", PackageResources.qwen3_30b_a3b_json),
        Entry("qwen3-235b-a22b", PackageResources.qwen3_235b_a22b_json),
        Entry("qwen3-coder-480b", PackageResources.qwen3_coder_480b_json, aliases: ["qwen3-coder-480b-a35b"]),
        Entry("llama-2-7b", PackageResources.llama_2_7b_json),
        Entry("llama-2-70b", PackageResources.llama_2_70b_json),
        Entry("codellama-34b", PackageResources.codellama_34b_json),
        Entry("llama-3.1-8b", PackageResources.llama_3_1_8b_json),
        Entry("llama-3.1-70b", PackageResources.llama_3_1_70b_json, aliases: ["llama-3.3-70b"]),
        Entry("llama-3.1-405b", PackageResources.llama_3_1_405b_json),
        Entry("llama-4-scout", PackageResources.llama_4_scout_json, aliases: ["llama-4-scout-17b-16e"]),
        Entry(
            "mistral-nemo-12b", PackageResources.mistral_nemo_12b_json,
            aliases: ["mistral-nemo", "mistral-nemo-base-2407", "mistral-nemo-instruct-2407"]),
        Entry("mixtral-8x7b", PackageResources.mixtral_8x7b_json),
        Entry("mixtral-8x22b", PackageResources.mixtral_8x22b_json),
        Entry("yi-34b", PackageResources.yi_34b_json),
        Entry("deepseek-v3", PackageResources.deepseek_v3_json, aliases: ["deepseek-v3-0324", "deepseek-v3.1"]),
        Entry("deepseek-r1", PackageResources.deepseek_r1_json, aliases: ["deepseek-r1-0528"]),
        Entry("kimi-k2", PackageResources.kimi_k2_json),
        Entry("glm-4.5", PackageResources.glm_4_5_json),
        Entry("glm-5", PackageResources.glm_5_json),
        Entry("gpt-oss-20b", PackageResources.gpt_oss_20b_json),
        Entry("gpt-oss-120b", PackageResources.gpt_oss_120b_json),
    ]

    /// Names of all shipped models, in the order of the registry.
    public static var names: [String] { entries.map(\.name) }

    /// The registry's name for `name`, which may be spelt as on a model hub; nil when there is none.
    ///
    /// `Qwen/Qwen2.5-32B-Instruct` is `qwen2.5-32b`. Names of quantised copies are not known, because
    /// they would change the type of the weights.
    public static func registeredName(for name: String) -> String? {
        entry(for: name)?.name
    }

    /// The entry of a name as ``registeredName(for:)`` takes it.
    static func entry(for name: String) -> Entry? {
        if let exact = entries.first(where: { $0.name == name }) { return exact }
        let wanted = canonical(name)
        return entries.first { $0.name == wanted || $0.aliases.contains(wanted) }
    }

    /// `name` in lower case, without organisation and without the suffixes that tell apart trainings
    /// of one shape.
    static func canonical(_ name: String) -> String {
        var word = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        if word.hasPrefix("meta-") { word.removeFirst("meta-".count) }
        let suffixes = ["-instruct", "-chat", "-base", "-it", "-hf", "-v0.1"]
        while let suffix = suffixes.first(where: { word.hasSuffix($0) && word.count > $0.count }) {
            word.removeLast(suffix.count)
        }
        return word
    }
}
