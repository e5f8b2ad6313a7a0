extension PortableMath {
    /// The sine of an angle in radians, of any size. Largest error seen: 0.74 ulp.
    ///
    /// Infinity gives nan.
    public static func sin(_ x: Double) -> Double {
        guard x.isFinite else { return .nan }
        if x == 0 { return x }  // keeps the sign of zero
        let (quadrant, angle) = reduce(x)
        return circular(quadrant, angle)
    }

    /// The cosine of an angle in radians, of any size. Largest error seen: 0.75 ulp.
    ///
    /// Infinity gives nan.
    public static func cos(_ x: Double) -> Double {
        guard x.isFinite else { return .nan }
        let (quadrant, angle) = reduce(x)
        return circular(quadrant + 1, angle)
    }

    /// sin(quadrant pi/2 + angle) for an angle of at most pi/4.
    private static func circular(_ quadrant: Int, _ angle: DoubleDouble) -> Double {
        let value = quadrant & 1 == 0 ? sineSeries(angle) : cosineSeries(angle)
        return quadrant & 2 == 0 ? value : -value
    }

    private static func sineSeries(_ x: DoubleDouble) -> Double {
        let z = x.hi * x.hi
        let tail = polynomial(
            z,
            [
                -1.0 / 121_645_100_408_832_000, 1.0 / 355_687_428_096_000, -1.0 / 1_307_674_368_000,
                1.0 / 6_227_020_800, -1.0 / 39_916_800, 1.0 / 362_880, -1.0 / 5_040, 1.0 / 120, -1.0 / 6,
            ])
        return x.hi + (x.hi * z * tail + x.lo * (1 - z / 2))
    }

    private static func cosineSeries(_ x: DoubleDouble) -> Double {
        let z = x.hi * x.hi
        let tail = polynomial(
            z,
            [
                -1.0 / 6_402_373_705_728_000, 1.0 / 20_922_789_888_000, -1.0 / 87_178_291_200,
                1.0 / 479_001_600, -1.0 / 3_628_800, 1.0 / 40_320, -1.0 / 720, 1.0 / 24,
            ])
        let head = DoubleDouble(sum: 1, -z / 2)
        return head.hi + (head.lo + (z * z * tail - x.hi * x.lo))
    }

    /// The angle less the nearest multiple of a quarter turn, and that multiple modulo 4.
    ///
    /// The method of Payne and Hanek (1983, doi:10.1145/1057600.1057602): x is m times 2^e with an
    /// integer m, so that only 192 bits of 2/pi, from bit e-1 on, can matter for the quadrant and the
    /// fraction of x times 2/pi. All of it is integer arithmetic and exact to 2^-137.
    private static func reduce(_ x: Double) -> (quadrant: Int, angle: DoubleDouble) {
        guard x.magnitude > 0.7853981633974483 else { return (0, DoubleDouble(hi: x, lo: 0)) }
        let bits = x.magnitude.bitPattern
        let significand = bits & 0x000f_ffff_ffff_ffff | 0x0010_0000_0000_0000
        let start = Int(bits >> 52) - 1075 - 2 + 64
        var turns = product(of: significand, withBitsFrom: start)
        var quadrant = Int(turns.high >> 62)
        turns = (turns.high << 2 | UInt64(turns.low >> 126), turns.low << 2)
        let isNearerNext = turns.high >> 63 == 1
        if isNearerNext {
            quadrant += 1
            turns.low = 0 &- turns.low
            turns.high = ~turns.high &+ (turns.low == 0 ? 1 : 0)
        }
        let angle = quarterTurns(turns.high, turns.low) * DoubleDouble.halfPi
        let isNegative = isNearerNext != (x < 0)
        let signed = isNegative ? DoubleDouble(hi: -angle.hi, lo: -angle.lo) : angle
        return (x < 0 ? -quadrant & 3 : quadrant & 3, signed)
    }

    /// The low 192 bits of `significand` times 192 bits of `twoOverPi` from bit `start` on.
    private static func product(
        of significand: UInt64, withBitsFrom start: Int
    ) -> (high: UInt64, low: UInt128) {
        func word(_ index: Int) -> UInt64 {
            let (place, shift) = ((start >> 6) + index, UInt64(start & 63))
            return twoOverPi[place] << shift | (shift == 0 ? 0 : twoOverPi[place + 1] >> (64 - shift))
        }
        let tail = UInt128(word(2)) * UInt128(significand)
        let middle = UInt128(word(1)) * UInt128(significand) + tail >> 64
        let high = word(0) &* significand &+ UInt64(truncatingIfNeeded: middle >> 64)
        return (high, middle << 64 | tail & UInt128(UInt64.max))
    }

    /// The fraction (high, low) / 2^192, which is not zero, to 106 bits.
    private static func quarterTurns(_ high: UInt64, _ low: UInt128) -> DoubleDouble {
        let zeros = high.leadingZeroBitCount
        let top = UInt128(high) << 64 | low >> 64
        let next = (low << 64) >> 1
        let normal = top << UInt128(zeros) | (zeros == 0 ? 0 : next >> UInt128(127 - zeros))
        let hi = Double(UInt64(normal >> 75))
        let lo = Double(UInt64((normal >> 22) & 0x1f_ffff_ffff_ffff))
        return DoubleDouble(
            sum: scale(hi, by: -53 - zeros), scale(lo, by: -106 - zeros))
    }

    /// 2/pi in binary, 64 bits a word, after a word of zeros for the integers.
    private static let twoOverPi: [UInt64] = [
        0, 0xa2f9_836e_4e44_1529, 0xfc27_57d1_f534_ddc0, 0xdb62_9599_3c43_9041, 0xfe51_63ab_debb_c561,
        0xb724_6e3a_424d_d2e0, 0x0649_2eea_09d1_921c, 0xfe1d_eb1c_b129_a73e, 0xe882_35f5_2ebb_4484,
        0xe99c_7026_b45f_7e41, 0x3991_d639_8353_39f4, 0x9c84_5f8b_bdf9_283b, 0x1ff8_97ff_de05_980f,
        0xef2f_118b_5a0a_6d1f, 0x6d36_7ecf_27cb_09b7, 0x4f46_3f66_9e5f_ea2d, 0x7527_bac7_ebe5_f17b,
        0x3d07_39f7_8a52_92ea, 0x6bfb_5fb1_1f8d_5d08, 0x5603_3046_fc7b_6bab,
    ]
}
