import EventEngine
import Hardware
import ModelGraph

@testable import Timing

/// Models of every kind that the operators distinguish.
enum Models {
    /// Grouped queries, dense.
    static let dense = ["llama-3.1-8b", "qwen2.5-32b", "qwen3-0.6b"]
    /// One key-value head per query head.
    static let multiHead = ["llama-2-7b"]
    static let mixtureOfExperts = ["qwen3-30b-a3b", "mixtral-8x7b"]
    static let latent = ["deepseek-v3", "glm-5"]
    static let windowed = ["gpt-oss-20b", "llama-4-scout"]
    static let all = dense + multiHead + mixtureOfExperts + latent + windowed
}

/// Bandwidth that collectives of a device may count on when no node type says so.
func scaleUp(_ device: DeviceDescriptor) -> Double {
    (device.scaleUpBytesPerSecond ?? device.hostLinkBytesPerSecond).value
}

func makeTimer(_ device: DeviceDescriptor, link: Double? = nil) throws -> OperatorTimer {
    OperatorTimer(
        device: device, scaleUpBytesPerSecond: link ?? scaleUp(device),
        profile: try ProfileRegistry.profile(for: device.name))
}

func makeTimer(_ device: String) throws -> OperatorTimer { try makeTimer(.named(device)) }

func makeOperators(
    _ model: String, tensor: Int = 1, weightType: DataType? = nil, keyValueType: DataType? = nil
) throws -> StepOperators {
    StepOperators(
        model: try .named(model), parallelism: Parallelism(tensor: tensor), weightType: weightType,
        keyValueType: keyValueType)
}

func makeCost(
    _ operators: StepOperators, on device: DeviceDescriptor, link: Double? = nil,
    _ execution: ExecutionMode = .graphFull, maximumTokens: Int = 8192
) throws -> StepCostModel {
    StepCostModel(
        operators: operators, timer: try makeTimer(device, link: link),
        host: try ProfileRegistry.profile(for: device.name).host, execution: execution,
        maximumTokens: maximumTokens, maximumSequences: 512)
}

/// Decoding sequences that all have the same context.
func decodeStep(sequences: Int, context: Int, window: Int? = nil) -> StepShape {
    StepShape(
        decodeSequences: sequences, decodeContextTokens: Int64(sequences * context),
        decodeWindowTokens: Int64(sequences * min(context, window ?? context)), logitRows: sequences)
}

/// One whole prompt whose last token yields the first output token.
func promptStep(tokens: Int) -> StepShape {
    StepShape(chunks: [PrefillChunk(tokens: tokens, priorContext: 0)], logitRows: 1)
}

extension RandomStream {
    /// A step as a serving engine makes them: up to three chunks, up to 200 decoding sequences, or both.
    mutating func step(window: Int?) -> StepShape {
        let kind = uniform(below: 3)  // prompts, decoding, both
        var shape = StepShape(logitRows: 0)
        if kind != 1 {
            for _ in 0...uniform(below: 3) { shape.chunks.append(chunk()) }
            shape.logitRows += uniform(below: shape.chunks.count + 1)
        }
        if kind != 0 {
            for _ in 0...uniform(below: 200) { shape.addDecodingSequence(context: 1 + length(), window: window) }
        }
        return shape
    }

    mutating func chunk() -> PrefillChunk {
        PrefillChunk(tokens: 1 + length() / 4, priorContext: uniform(below: 2) * length())
    }

    /// 0 to 16,383, small numbers as likely as large ones.
    mutating func length() -> Int { uniform(below: 1 << (1 + uniform(below: 14))) }
}

extension StepShape {
    mutating func addDecodingSequence(context: Int, window: Int?) {
        decodeSequences += 1
        decodeSquaredContext = (decodeSquaredContext ?? 0) + Int64(context) * Int64(context)
        decodeContextTokens += Int64(context)
        decodeWindowTokens += Int64(min(context, window ?? context))
        logitRows += 1
    }
}

extension StepOperators {
    var window: Int? { attentionLayers.lazy.compactMap(\.window).first }
}
