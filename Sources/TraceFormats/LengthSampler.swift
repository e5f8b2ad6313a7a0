import EventEngine

/// Draws prompt and answer of one request after the other.
struct LengthSampler {
    private var source: Source

    private enum Source {
        case independent(input: IntegerSampler, output: IntegerSampler)
        case pairs([TokenPair], RandomStream)
    }

    /// Checks the lengths: at least one input token, no negative output.
    init(_ model: LengthModel, seed: UInt64) throws(GeneratorProblem) {
        let largest = Int(Int32.max)
        switch model {
        case .independent(let input, let output):
            source = .independent(
                input: try IntegerSampler(input, field: "input", allowed: 1...largest, seed: seed),
                output: try IntegerSampler(output, field: "output", allowed: 0...largest, seed: seed))
        case .pairs(let pairs):
            guard !pairs.isEmpty, pairs.allSatisfy({ $0.input >= 1 && $0.output >= 0 }) else {
                throw GeneratorProblem(
                    field: "lengths", found: "no pairs, or one without input tokens or with a negative output",
                    remedy: "give pairs of at least one input token")
            }
            source = .pairs(pairs, RandomStream(seed: seed, name: "requests.lengths"))
        }
    }

    mutating func next() throws(GeneratorProblem) -> (input: Int64, output: Int64) {
        switch source {
        case .independent(var input, var output):
            let pair = (try input.next(), try output.next())
            source = .independent(input: input, output: output)
            return pair
        case .pairs(let pairs, var stream):
            let pair = pairs[stream.uniform(below: pairs.count)]
            source = .pairs(pairs, stream)
            return (Int64(pair.input), Int64(pair.output))
        }
    }
}
