/// Turns the block ids of a file into dense ids that stand for a block *and* everything before it.
///
/// A file's ids are taken at their word where each always stands behind the same block. Where one does not, which
/// happens in formats that hash blocks by themselves, each chain that ends in it gets an id of its own.
struct BlockChain {
    /// For dense id `i`, the dense id of the block before it; -1 for a first block.
    private var parent: [Int32] = []
    /// Dense id of a file id, by position for small ids; -1: not seen.
    private var direct: [Int32] = []
    private var sparse: [Int64: Int32] = [:]
    private var forks: [Fork: Int32] = [:]

    /// Ids of the file that stood behind different blocks.
    var rechained: Int { forks.count }
    /// How many dense ids there are.
    var count: Int { parent.count }

    private struct Fork: Hashable {
        var parent: Int32
        var id: Int64
    }

    /// Appends the dense ids of one request's blocks.
    mutating func append(_ ids: [Int64], to blocks: inout [Int32]) {
        var before: Int32 = -1
        for id in ids {
            before = dense(id, behind: before)
            blocks.append(before)
        }
    }

    private mutating func dense(_ id: Int64, behind before: Int32) -> Int32 {
        let known = lookUp(id)
        if known < 0 {
            let new = Int32(parent.count)
            parent.append(before)
            remember(id, new)
            return new
        }
        if parent[Int(known)] == before { return known }
        let fork = Fork(parent: before, id: id)
        if let known = forks[fork] { return known }
        let new = Int32(parent.count)
        parent.append(before)
        forks[fork] = new
        return new
    }

    private func lookUp(_ id: Int64) -> Int32 {
        if id >= 0, id < direct.count { return direct[Int(id)] }
        return sparse[id] ?? -1
    }

    private mutating func remember(_ id: Int64, _ dense: Int32) {
        // A table serves ids that are about as dense as their number; a dictionary, which is never iterated, the rest.
        if id >= 0, id < 4 * parent.count + 4096, sparse.isEmpty {
            while direct.count <= id { direct.append(-1) }
        }
        if id >= 0, id < direct.count { direct[Int(id)] = dense } else { sparse[id] = dense }
    }
}
