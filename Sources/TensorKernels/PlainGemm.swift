/// Matrix products in Swift alone: the twin of oneDNN's in tests, and what serves without it.
enum PlainGemm {
    /// Rows of `a` that pass over one row of weights while it stays in the first cache.
    private static let rowBlock = 64
    /// Terms of a sum that are taken at once, so that a block of `a` stays in the second cache.
    private static let depthBlock = 1024

    /// `c[m, n] = a[m, k] x w[n, k]^T`, where `weights(row, start, count, scratch)` gives `count` weights of
    /// a row from `start`; it may put them into `scratch` for that.
    @inline(__always)
    static func multiply(
        _ shape: GemmShape, _ a: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        weights: (Int, Int, Int, UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
    ) {
        c.update(repeating: 0, count: shape.m * shape.n)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: depthBlock) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            for firstRow in stride(from: 0, to: shape.m, by: rowBlock) {
                let rows = min(rowBlock, shape.m - firstRow)
                for start in stride(from: 0, to: shape.k, by: depthBlock) {
                    let count = min(depthBlock, shape.k - start)
                    for column in 0..<shape.n {
                        column4(
                            a + firstRow * shape.k + start, stride: shape.k, rows: rows,
                            weights(column, start, count, scratch), count,
                            into: c + firstRow * shape.n + column, resultStride: shape.n)
                    }
                }
            }
        }
    }

    /// Adds the products of `rows` rows of `a` with one row of weights to a column of the result.
    @inline(__always)
    private static func column4(
        _ a: UnsafePointer<Float>, stride: Int, rows: Int, _ w: UnsafePointer<Float>, _ count: Int,
        into c: UnsafeMutablePointer<Float>, resultStride: Int
    ) {
        var row = 0
        while row + 4 <= rows {
            let sums = VectorMath.dot4(a + row * stride, stride: stride, w, count)
            for lane in 0..<4 { c[(row + lane) * resultStride] += sums[lane] }
            row += 4
        }
        while row < rows {
            c[row * resultStride] += VectorMath.dot(a + row * stride, w, count)
            row += 1
        }
    }

    /// Sums of products of unsigned with signed eight-bit integers, exact.
    static func multiply(
        _ shape: GemmShape, _ a: UnsafePointer<UInt8>, _ w: UnsafePointer<Int8>,
        into sums: UnsafeMutablePointer<Int32>
    ) {
        for row in 0..<shape.m {
            for column in 0..<shape.n {
                sums[row * shape.n + column] = dot(a + row * shape.k, w + column * shape.k, shape.k)
            }
        }
    }

    private static func dot(_ a: UnsafePointer<UInt8>, _ w: UnsafePointer<Int8>, _ count: Int) -> Int32 {
        var sums = SIMD16<Int32>()
        var index = 0
        while index + 16 <= count {
            let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD16<UInt8>.self)
            let right = UnsafeRawPointer(w + index).loadUnaligned(as: SIMD16<Int8>.self)
            // A product of 8 bits by 8 fits 16.
            let products = SIMD16<Int16>(truncatingIfNeeded: left) &* SIMD16<Int16>(truncatingIfNeeded: right)
            sums &+= SIMD16<Int32>(truncatingIfNeeded: products)
            index += 16
        }
        var result = sums.wrappedSum()
        while index < count {
            result &+= Int32(a[index]) &* Int32(w[index])
            index += 1
        }
        return result
    }

    /// `c = scale_a scale_w (sum - zero point x sum of the weights' codes)`.
    static func rescale(
        _ sums: UnsafePointer<Int32>, _ a: QuantisedActivations, _ w: QuantisedWeights,
        into c: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<a.rows {
            let scale = a.scales[row]
            for column in 0..<w.rows {
                let index = row * w.rows + column
                let centred = sums[index] &- QuantisedActivations.zeroPoint &* w.codeSums[column]
                c[index] = Float(centred) * (scale * w.scales[column])
            }
        }
    }
}
