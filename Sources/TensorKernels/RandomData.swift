import EventEngine

/// Random numbers for operators to work on.
struct RandomData {
    let seed: UInt64
    /// Numbers of which longer arrays are repetitions.
    private let pattern: [Float]

    init(seed: UInt64) {
        self.seed = seed
        var stream = RandomStream(seed: seed, name: "tensor kernels")
        pattern = (0..<65_537).map { _ in Float(stream.uniform()) - 0.5 }
    }

    /// `count` numbers from [-0.5, 0.5), never none.
    func numbers(_ count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: max(1, count)) { buffer, filled in
            var index = 0
            while index < buffer.count {
                let length = min(pattern.count, buffer.count - index)
                for offset in 0..<length { buffer.initializeElement(at: index + offset, to: pattern[offset]) }
                index += length
            }
            filled = buffer.count
        }
    }
}
