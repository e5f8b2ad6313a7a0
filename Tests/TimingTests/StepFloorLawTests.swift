import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// A step never takes less than its FLOP at the peak and its bytes at the full bandwidth.
@Suite struct StepFloorLawTests {
    @Test(arguments: DeviceDescriptor.shippedNames)
    func noOperatorAndNoStepBeatsTheDevice(name: String) throws {
        let device = try DeviceDescriptor.named(name)
        let timer = try makeTimer(device)
        var random = RandomStream(seed: 7, name: name)
        for model in Models.all {
            let tensor = 1 << random.uniform(below: 3)
            let operators = try makeOperators(model, tensor: tensor, weightType: random.weightType())
            let execution = ExecutionMode.allCases[random.uniform(below: ExecutionMode.allCases.count)]
            var cost = try makeCost(operators, on: device, execution)
            for _ in 0..<4 {
                let shape = random.step(window: operators.window)
                let list = operators.step(shape)
                let tooFast = list.filter { Double(timer.duration(of: $0)) < Self.floor($0, device) }
                #expect(tooFast.isEmpty, "\(model) \(tooFast)")
                #expect(list.allSatisfy { Self.floor($0, device) <= timer.floorNanoseconds(of: $0) * (1 + 1e-12) })
                let floor = list.reduce(0) { $0 + timer.floorNanoseconds(of: $1) * Double($1.repetitions) }
                #expect(Double(cost.duration(of: shape)) >= floor, "\(model) \(execution)")
            }
        }
    }

    /// From the descriptor alone, at the best rate that it states for the type or any wider one.
    private static func floor(_ operation: StepOperator, _ device: DeviceDescriptor) -> Double {
        let types: [ArithmeticType] = switch operation.dataType {
        case .fp8: [.fp8, .bf16, .fp16]
        case .int8: [.int8, .bf16, .fp16]
        case .fp4: [.fp4, .fp8, .bf16, .fp16]
        default: [.bf16, .fp16]
        }
        let peak = types.compactMap { device.matrixRates[$0]?.value }.max() ?? .infinity
        return max(operation.flop / peak, operation.bytes / device.memoryBytesPerSecond.value) * 1e9
    }

    /// 8,192 tokens of an 8B model are 133.3 ms of arithmetic at 989 TFLOP/s.
    @Test func eightBillionOnH100Prefill() throws {
        let timer = try makeTimer("h100")
        let operators = try makeOperators("llama-3.1-8b")
        let list = operators.step(promptStep(tokens: 8192))
        let flop = list.reduce(0) { $0 + $1.flop * Double($1.repetitions) }
        #expect(abs(flop / 989e12 - 0.1334) < 0.0001)
        let floor = list.reduce(0) { $0 + timer.floorNanoseconds(of: $1) * Double($1.repetitions) }
        #expect(floor >= 133.3e6)
        for execution in ExecutionMode.allCases {
            var cost = try makeCost(operators, on: .named("h100"), execution)
            let duration = cost.duration(of: promptStep(tokens: 8192))
            #expect(duration >= 133_300_000, "\(execution)")
            #expect(duration <= 200_000_000, "\(execution)")
        }
    }

    /// 15.0 GB of weights are 4.48 ms at 3.35 TB/s, for one sequence and for many.
    @Test(arguments: [1, 2, 8, 32])
    func eightBillionOnH100Decode(sequences: Int) throws {
        let operators = try makeOperators("llama-3.1-8b")
        for execution in ExecutionMode.allCases {
            var cost = try makeCost(operators, on: .named("h100"), execution)
            #expect(cost.duration(of: decodeStep(sequences: sequences, context: 1)) >= 4_480_000, "\(execution)")
        }
    }
}

extension RandomStream {
    fileprivate mutating func weightType() -> DataType? {
        [nil, .bf16, .fp8, .int8, .int4, .fp4][uniform(below: 6)]
    }
}
