/// Loops over numbers in memory that the kernels are made of.
///
/// Products and sums are separate operations, never fused: a fused one is a library call for each
/// number where the compiler may not assume the instruction, and results would depend on its flags.
/// Here the same input gives the same bits on every processor.
enum VectorMath {
    typealias Lanes = SIMD16<Float>
    static let lanes = 16

    @inline(__always)
    static func load(_ pointer: UnsafePointer<Float>, _ index: Int) -> Lanes {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
    }

    @inline(__always)
    static func load8(_ pointer: UnsafePointer<Float>, _ index: Int) -> SIMD8<Float> {
        UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD8<Float>.self)
    }

    /// SIMD values are stored as raw bytes, since their own alignment is 64 bytes and that of arrays is less.
    @inline(__always)
    static func store<Vector: SIMD>(_ value: Vector, _ pointer: UnsafeMutablePointer<Float>, _ index: Int)
    where Vector.Scalar == Float {
        UnsafeMutableRawPointer(pointer + index).storeBytes(of: value, as: Vector.self)
    }

    /// Sum of all lanes, halves first, in a fixed order.
    @inline(__always)
    static func sum(_ value: Lanes) -> Float { sum(value.lowHalf + value.highHalf) }

    @inline(__always)
    static func sum(_ value: SIMD8<Float>) -> Float {
        let four = value.lowHalf + value.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }

    /// Sum of `a[i] b[i]`.
    @inline(__always)
    static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
        var first = Lanes(), second = Lanes()
        var index = 0
        while index + 32 <= count {
            first += load(a, index) * load(b, index)
            second += load(a, index + 16) * load(b, index + 16)
            index += 32
        }
        if index + 16 <= count {
            first += load(a, index) * load(b, index)
            index += 16
        }
        var result = sum(first + second)
        while index < count {
            result += a[index] * b[index]
            index += 1
        }
        return result
    }

    /// Sums of the products of four rows of `a`, `stride` numbers apart, with one row `b`, which is loaded once.
    @inline(__always)
    static func dot4(
        _ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>, _ count: Int
    ) -> SIMD4<Float> {
        let row1 = a + stride, row2 = a + 2 * stride, row3 = a + 3 * stride
        var sum0 = SIMD8<Float>(), sum1 = sum0, sum2 = sum0, sum3 = sum0
        var index = 0
        while index + 8 <= count {
            let shared = load8(b, index)
            sum0 += load8(a, index) * shared
            sum1 += load8(row1, index) * shared
            sum2 += load8(row2, index) * shared
            sum3 += load8(row3, index) * shared
            index += 8
        }
        var result = SIMD4(sum(sum0), sum(sum1), sum(sum2), sum(sum3))
        while index < count {
            result += SIMD4(a[index], row1[index], row2[index], row3[index]) * b[index]
            index += 1
        }
        return result
    }

    /// Sum of squares.
    @inline(__always)
    static func sumOfSquares(_ values: UnsafePointer<Float>, _ count: Int) -> Float { dot(values, values, count) }

    /// Largest of `count` numbers; minus infinity of none.
    @inline(__always)
    static func largest(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
        var largest = Lanes(repeating: -.infinity)
        var index = 0
        while index + lanes <= count {
            let next = load(values, index)
            largest.replace(with: next, where: next .> largest)
            index += lanes
        }
        var result = -Float.infinity
        for lane in 0..<lanes where largest[lane] > result { result = largest[lane] }
        while index < count {
            if values[index] > result { result = values[index] }
            index += 1
        }
        return result
    }

    /// Largest magnitude of `count` numbers; zero of none.
    @inline(__always)
    static func largestMagnitude(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
        var largest = SIMD16<UInt32>()
        var index = 0
        while index + lanes <= count {
            // Without their signs, the bits of numbers are in the order of magnitudes.
            let bits = unsafeBitCast(load(values, index), to: SIMD16<UInt32>.self) & 0x7fff_ffff
            largest.replace(with: bits, where: bits .> largest)
            index += lanes
        }
        var result = Float(bitPattern: largest.max())
        while index < count {
            result = max(result, values[index].magnitude)
            index += 1
        }
        return result
    }

    /// `values[i] *= factor`.
    @inline(__always)
    static func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, _ count: Int) {
        var index = 0
        while index + lanes <= count {
            store(load(values, index) * factor, values, index)
            index += lanes
        }
        while index < count {
            values[index] *= factor
            index += 1
        }
    }
}
