import Glibc
import JSONText
import Testing

@testable import ModelGraph

@Suite struct ModelRegistryTests {
    @Test func everyFileIsRegisteredUnderItsName() throws {
        let folder = "\(#filePath)".split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
            + "/Sources/ModelGraph/Resources/Models"
        let files = try #require(namesOfFiles(in: folder))
        #expect(files.sorted() == ModelRegistry.names.map { $0 + ".json" }.sorted())
    }

    @Test(arguments: ModelRegistry.names)
    func aFileCarriesTheNameOfItsEntry(name: String) throws {
        #expect(try ModelDescriptor.named(name).name == name)
    }

    @Test func namesAndAliasesAreUniqueAndCanBeFound() {
        var seen: Set<String> = []
        for entry in ModelRegistry.entries {
            for word in [entry.name] + entry.aliases {
                #expect(seen.insert(word).inserted, "\(word) twice")
                #expect(ModelRegistry.registeredName(for: word) == entry.name)
                #expect(ModelRegistry.registeredName(for: "Some-Org/" + word.uppercased() + "-Instruct") == entry.name)
            }
        }
    }

    @Test(arguments: [
        ("Qwen/Qwen2.5-32B-Instruct", "qwen2.5-32b"), ("Qwen/Qwen3-30B-A3B-Base", "qwen3-30b-a3b"),
        ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "qwen3-coder-480b"), ("meta-llama/Llama-3.1-8B", "llama-3.1-8b"),
        ("meta-llama/Meta-Llama-3.1-405B-Instruct", "llama-3.1-405b"), ("meta-llama/Llama-2-7b-chat-hf", "llama-2-7b"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama-4-scout"),
        ("codellama/CodeLlama-34b-Instruct-hf", "codellama-34b"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b"),
        ("mistralai/Mistral-Nemo-Instruct-2407", "mistral-nemo-12b"), ("01-ai/Yi-34B-Chat", "yi-34b"),
        ("deepseek-ai/DeepSeek-V3-Base", "deepseek-v3"), ("deepseek-ai/DeepSeek-R1-0528", "deepseek-r1"),
        ("moonshotai/Kimi-K2-Instruct", "kimi-k2"), ("zai-org/GLM-4.5", "glm-4.5"), ("zai-org/GLM-5", "glm-5"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
    ])
    func spellingsOfModelHubs(spelling: String, name: String) throws {
        #expect(ModelRegistry.registeredName(for: spelling) == name)
        #expect(try ModelDescriptor.named(spelling).name == name)
    }

    @Test(arguments: ["Qwen/Qwen3-8B-FP8", "qwen2.5-32b-int4", "", "/", "-instruct", "llama"])
    func otherNamesAreUnknown(name: String) {
        #expect(ModelRegistry.registeredName(for: name) == nil)
    }

    @Test func aWrongNameComesWithTheNearest() {
        #expect(throws: JSONProblems([
            JSONProblem(message: "unknown model \"Qwen/Qwen2.5-23B\"", remedy: "did you mean \"qwen2.5-32b\"?")
        ])) { try ModelDescriptor.named("Qwen/Qwen2.5-23B") }
        let error = #expect(throws: JSONProblems.self) { try ModelDescriptor.named("falcon") }
        #expect(error?.problems.first?.remedy?.hasPrefix("known models are qwen2.5-7b, qwen2.5-14b, ") == true)
    }

    private func namesOfFiles(in folder: String) -> [String]? {
        guard let directory = opendir(folder) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
