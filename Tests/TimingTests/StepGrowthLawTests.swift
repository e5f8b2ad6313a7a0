import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// Time never falls as a step grows, and never rises as a device gets faster.
@Suite struct StepGrowthLawTests {
    private static let devices = ["h20-96", "h100", "ascend-910b2", "rtx-4090"]

    @Test(arguments: ExecutionMode.allCases, devices)
    func moreWorkTakesNoLess(execution: ExecutionMode, name: String) throws {
        let device = try DeviceDescriptor.named(name)
        var random = RandomStream(seed: 8, name: name + execution.rawValue)
        for model in Models.all {
            let operators = try makeOperators(model, tensor: 1 << random.uniform(below: 3))
            var cost = try makeCost(operators, on: device, execution)
            for _ in 0..<25 {
                let shape = random.step(window: operators.window)
                let grown = random.grown(shape, window: operators.window)
                let (less, more) = (cost.duration(of: shape), cost.duration(of: grown))
                #expect(less <= more, "\(model) \(shape) \(grown)")
            }
        }
    }

    /// Every size of batch after the other, across all captured sizes and the end of capture.
    @Test(arguments: ["llama-3.1-8b", "qwen3-30b-a3b", "deepseek-v3", "gpt-oss-20b"])
    func eachFurtherSequenceTakesNoLess(model: String) throws {
        for name in ["h20-96", "ascend-910b2"] {
            let operators = try makeOperators(model, tensor: 4)
            for execution in ExecutionMode.allCases {
                var cost = try makeCost(operators, on: .named(name), execution)
                var last: Int64 = 0
                for sequences in 1...530 {
                    let step = decodeStep(sequences: sequences, context: 700, window: operators.window)
                    let time = cost.duration(of: step)
                    #expect(time >= last, "\(name) \(execution) \(sequences)")
                    last = time
                }
            }
        }
    }

    @Test(arguments: DeviceDescriptor.shippedNames)
    func aSlowerDeviceTakesNoLess(name: String) throws {
        let fast = try DeviceDescriptor.named(name)
        var random = RandomStream(seed: 9, name: name)
        for model in Models.all {
            let operators = try makeOperators(model, tensor: 1 << random.uniform(below: 3))
            var cost = try makeCost(operators, on: fast)
            for kind in 0..<3 {
                let factor = 0.2 + 0.8 * random.uniform()
                var slow = fast
                var link = scaleUp(fast)
                switch kind {
                case 0: slow.scaleMatrixRates(factor)
                case 1: slow.memoryBytesPerSecond.value *= factor
                default: link *= factor
                }
                var slower = try makeCost(operators, on: slow, link: link)
                for _ in 0..<3 {
                    let shape = random.step(window: operators.window)
                    #expect(cost.duration(of: shape) <= slower.duration(of: shape), "\(model) \(kind) \(shape)")
                    let list = operators.step(shape)
                    #expect(list.allSatisfy { cost.timer.duration(of: $0) <= slower.timer.duration(of: $0) })
                }
            }
        }
    }

    /// The law above is not empty: what binds a step slows it down.
    @Test func halfTheDeviceTakesLonger() throws {
        let fast = try DeviceDescriptor.named("h100")
        let operators = try makeOperators("llama-3.1-8b", tensor: 4)
        var halfRate = fast, halfMemory = fast
        halfRate.scaleMatrixRates(0.5)
        halfMemory.memoryBytesPerSecond.value /= 2
        let prompt = promptStep(tokens: 4096), decode = decodeStep(sequences: 64, context: 4096)
        func time(_ device: DeviceDescriptor, _ shape: StepShape, link: Double = 450e9) throws -> Double {
            var cost = try makeCost(operators, on: device, link: link)
            return Double(cost.duration(of: shape))
        }
        #expect(try time(halfRate, prompt) > 1.5 * time(fast, prompt))
        #expect(try time(halfMemory, decode) > 1.5 * time(fast, decode))
        #expect(try time(fast, prompt, link: 45e9) > 1.5 * time(fast, prompt))
    }
}

extension DeviceDescriptor {
    fileprivate mutating func scaleMatrixRates(_ factor: Double) {
        for type in matrixRates.supported {
            guard let rate = matrixRates[type] else { continue }
            matrixRates[type] = rate.map { $0 * factor }
        }
    }
}

extension RandomStream {
    /// The step with more of one thing, keeping what it has.
    fileprivate mutating func grown(_ shape: StepShape, window: Int?) -> StepShape {
        var grown = shape
        switch uniform(below: 5) {
        case 0:
            grown.chunks.append(chunk())
        case 1 where !shape.chunks.isEmpty:
            grown.chunks[uniform(below: shape.chunks.count)].tokens += 1 + length()
        case 2 where !shape.chunks.isEmpty:
            grown.chunks[uniform(below: shape.chunks.count)].priorContext += 1 + length()
        case 3 where shape.decodeSequences > 0:
            // Longer contexts; those within the window grow there too.
            let more = Int64(length())
            grown.decodeContextTokens += more
            // One sequence is longer.
            if let squares = shape.decodeSquaredContext { grown.decodeSquaredContext = squares + more * more }
            let room = Int64(shape.decodeSequences * (window ?? Int.max / 1024)) - shape.decodeWindowTokens
            grown.decodeWindowTokens += min(more, room)
        default:
            for _ in 0...uniform(below: 20) { grown.addDecodingSequence(context: 1 + length(), window: window) }
        }
        return grown
    }
}
