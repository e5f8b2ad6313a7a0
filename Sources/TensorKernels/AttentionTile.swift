/// Attention of a few queries of one key-value head to the keys of a tile, with the softmax kept up to date
/// as tiles go by (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao 2023, arXiv:2307.08691).
///
/// Keys and values are read once for all queries; scores never leave the first cache.
struct AttentionTile {
    /// Keys in a tile.
    static let keys = 64

    let keySize: Int
    let valueSize: Int
    let scale: Float
    /// Most queries at a time.
    let capacity: Int
    private let memory: UnsafeMutablePointer<Float>

    /// Scores of the tile, then weights, `keys` for each query.
    private var scores: UnsafeMutablePointer<Float> { memory }
    /// Weighted sums of values so far, `valueSize` for each query.
    private var sums: UnsafeMutablePointer<Float> { memory + capacity * Self.keys }
    /// Largest score so far, one for each query; after them the sums of weights.
    private var largest: UnsafeMutablePointer<Float> { sums + capacity * valueSize }
    private var weightSums: UnsafeMutablePointer<Float> { largest + capacity }

    init(capacity: Int, keySize: Int, valueSize: Int, scale: Float) {
        self.capacity = capacity
        self.keySize = keySize
        self.valueSize = valueSize
        self.scale = scale
        memory = .allocate(capacity: max(1, capacity * (Self.keys + valueSize + 2)))
    }

    func deallocate() { memory.deallocate() }

    /// Forgets all keys.
    func start(queries: Int) {
        sums.update(repeating: 0, count: queries * valueSize)
        largest.update(repeating: -.infinity, count: queries)
        weightSums.update(repeating: 0, count: queries)
    }

    /// Takes one tile of at most ``keys`` keys, whose addresses and those of whose values are given.
    /// Query `i` sees those with an index in `visible(i)`.
    @inline(__always)
    func take(
        queries: UnsafePointer<Float>, stride: Int, count: Int,
        keys: UnsafePointer<UnsafePointer<Float>>, values: UnsafePointer<UnsafePointer<Float>>, tileKeys: Int,
        visible: (Int) -> Range<Int>
    ) {
        score(queries, stride: stride, count: count, keys, tileKeys)
        for query in 0..<count {
            weigh(query, tileKeys: tileKeys, visible: visible(query))
        }
        var query = 0
        while query + 4 <= count {
            add4(query, values, tileKeys)
            query += 4
        }
        while query < count {
            add1(query, values, tileKeys)
            query += 1
        }
    }

    /// The result of one query: the weighted mean of the values it saw; zeros when it saw none.
    func finish(_ query: Int, into result: UnsafeMutablePointer<Float>) {
        let weight = weightSums[query]
        result.update(from: sums + query * valueSize, count: valueSize)
        if weight > 0 { VectorMath.scale(result, by: 1 / weight, valueSize) }
    }

    // MARK: Parts

    @inline(__always)
    private func score(
        _ queries: UnsafePointer<Float>, stride: Int, count: Int, _ keys: UnsafePointer<UnsafePointer<Float>>,
        _ tileKeys: Int
    ) {
        var query = 0
        while query + 4 <= count {
            let row = scores + query * Self.keys
            for key in 0..<tileKeys {
                let four = VectorMath.dot4(queries + query * stride, stride: stride, keys[key], keySize) * scale
                row[key] = four.x
                row[key + Self.keys] = four.y
                row[key + 2 * Self.keys] = four.z
                row[key + 3 * Self.keys] = four.w
            }
            query += 4
        }
        while query < count {
            for key in 0..<tileKeys {
                scores[query * Self.keys + key] =
                    VectorMath.dot(queries + query * stride, keys[key], keySize) * scale
            }
            query += 1
        }
    }

    /// Turns the scores of a query into weights, after shifting what it has to the largest score so far.
    @inline(__always)
    private func weigh(_ query: Int, tileKeys: Int, visible: Range<Int>) {
        let row = scores + query * Self.keys
        guard !visible.isEmpty else {
            row.update(repeating: 0, count: Self.keys)
            return
        }
        for key in 0..<visible.lowerBound { row[key] = -.infinity }
        for key in visible.upperBound..<Self.keys { row[key] = -.infinity }
        let before = largest[query]
        let now = max(before, VectorMath.largest(row, Self.keys))
        if now > before, before > -.infinity {
            let shrink = VectorMath.exponential(VectorMath.Lanes(repeating: before - now))[0]
            VectorMath.scale(sums + query * valueSize, by: shrink, valueSize)
            weightSums[query] *= shrink
        }
        largest[query] = now
        weightSums[query] += VectorMath.exponentials(row, minus: now, Self.keys)
    }

    /// Adds weighted values to the sums of four queries.
    @inline(__always)
    private func add4(_ query: Int, _ values: UnsafePointer<UnsafePointer<Float>>, _ tileKeys: Int) {
        let row = scores + query * Self.keys
        let sum = sums + query * valueSize
        var column = 0
        while column + 8 <= valueSize {
            var sum0 = VectorMath.load8(sum, column), sum1 = VectorMath.load8(sum, column + valueSize)
            var sum2 = VectorMath.load8(sum, column + 2 * valueSize)
            var sum3 = VectorMath.load8(sum, column + 3 * valueSize)
            for key in 0..<tileKeys {
                let value = VectorMath.load8(values[key], column)
                sum0 += value * row[key]
                sum1 += value * row[key + Self.keys]
                sum2 += value * row[key + 2 * Self.keys]
                sum3 += value * row[key + 3 * Self.keys]
            }
            VectorMath.store(sum0, sum, column)
            VectorMath.store(sum1, sum, column + valueSize)
            VectorMath.store(sum2, sum, column + 2 * valueSize)
            VectorMath.store(sum3, sum, column + 3 * valueSize)
            column += 8
        }
        for lane in 0..<4 { addRest(query + lane, from: column, values, tileKeys) }
    }

    /// Adds weighted values to the sums of one query.
    @inline(__always)
    private func add1(_ query: Int, _ values: UnsafePointer<UnsafePointer<Float>>, _ tileKeys: Int) {
        let row = scores + query * Self.keys
        let sum = sums + query * valueSize
        var column = 0
        while column + 32 <= valueSize {
            var sum0 = VectorMath.load(sum, column), sum1 = VectorMath.load(sum, column + 16)
            for key in 0..<tileKeys {
                let value = values[key] + column
                sum0 += VectorMath.load(value, 0) * row[key]
                sum1 += VectorMath.load(value, 16) * row[key]
            }
            VectorMath.store(sum0, sum, column)
            VectorMath.store(sum1, sum, column + 16)
            column += 32
        }
        addRest(query, from: column, values, tileKeys)
    }

    /// The columns that fill no vector.
    @inline(__always)
    private func addRest(
        _ query: Int, from column: Int, _ values: UnsafePointer<UnsafePointer<Float>>, _ tileKeys: Int
    ) {
        guard column < valueSize else { return }
        let row = scores + query * Self.keys
        for key in 0..<tileKeys {
            for rest in column..<valueSize { sums[query * valueSize + rest] += values[key][rest] * row[key] }
        }
    }
}
