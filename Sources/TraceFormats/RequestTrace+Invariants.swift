extension RequestTrace {
    /// What is broken of the guarantees of a trace, in words; empty when all hold. Linear in requests and blocks.
    ///
    /// For tests, and for whoever builds a trace by hand before giving it to a simulation.
    public func brokenInvariants() -> [String] {
        var broken: [String] = []
        func require(_ holds: Bool, _ law: String) {
            if !holds { broken.append(law) }
        }
        require(inputTokens.count == count && outputTokens.count == count, "one input and output length per arrival")
        require(arrivalNanoseconds.first ?? 0 == 0, "the first arrival is 0")
        require(zip(arrivalNanoseconds, arrivalNanoseconds.dropFirst()).allSatisfy { $0 <= $1 }, "arrivals ascend")
        require(inputTokens.allSatisfy { $0 > 0 }, "every prompt has a token")
        require(outputTokens.allSatisfy { $0 >= 0 }, "no output is negative")
        if let sessionIDs { require(sessionIDs.count == count, "one session per request") }
        if let previousRequest {
            let isEarlier = previousRequest.enumerated().allSatisfy { $1 >= -1 && Int($1) < $0 }
            require(previousRequest.count == count && isEarlier, "a request continues an earlier one")
        }
        if broken.isEmpty, blockTokens > 0 { broken += brokenBlockInvariants() }
        require(blockTokens > 0 || (blockIDs.isEmpty && distinctBlocks == 0), "no blocks without a block size")
        return broken
    }

    private func brokenBlockInvariants() -> [String] {
        guard blockStart.count == count + 1, blockStart[0] == 0, blockStart[count] == blockIDs.count else {
            return ["block offsets span all blocks"]
        }
        var parent: [Int32] = []
        for index in 0..<count {
            let range = blockRange(of: index)
            let expected = (Int(inputTokens[index]) + blockTokens - 1) / blockTokens
            guard range.count == expected else { return ["request \(index) has ceil(input / block) blocks"] }
            var before: Int32 = -1
            for block in blockIDs[range] {
                if block == parent.count { parent.append(before) }
                guard block >= 0, block < parent.count else { return ["block ids are dense in order of appearance"] }
                guard parent[Int(block)] == before else { return ["equal block ids stand behind equal blocks"] }
                before = block
            }
        }
        return parent.count == distinctBlocks ? [] : ["distinctBlocks counts the ids"]
    }
}
