import Glibc
import Testing

@testable import EventEngine

@Suite struct PortableMathTests {
    enum Function: String, CaseIterable, Sendable {
        case log, log2, exp, sin, cos, lgamma, gamma

        func portable(_ x: Double) -> Double {
            switch self {
            case .log: PortableMath.log(x)
            case .log2: PortableMath.log2(x)
            case .exp: PortableMath.exp(x)
            case .sin: PortableMath.sin(x)
            case .cos: PortableMath.cos(x)
            case .lgamma: PortableMath.lgamma(x)
            case .gamma: PortableMath.gamma(x)
            }
        }

        /// The C library's, which is within an ulp for the elementary ones.
        func library(_ x: Double) -> Double {
            switch self {
            case .log: Glibc.log(x)
            case .log2: Glibc.log2(x)
            case .exp: Glibc.exp(x)
            case .sin: Glibc.sin(x)
            case .cos: Glibc.cos(x)
            case .lgamma: Glibc.lgamma(x)
            case .gamma: Glibc.tgamma(x)
            }
        }

        /// An argument where the function is interesting.
        func argument(_ random: inout RandomStream) -> Double {
            let u = random.uniform()
            switch self {
            case .log, .log2:
                return random.bernoulli(0.5) ? 0.5 + u : Double(bitPattern: random.next() % 0x7ff << 52 | 1)
            case .exp: return random.bernoulli(0.5) ? u * 2 - 1 : u * 1400 - 700
            case .sin, .cos:
                return random.bernoulli(0.5)
                    ? u * 20 - 10 : Double(bitPattern: random.next() % 0x7ff << 52 | random.next() >> 12)
            case .lgamma: return random.bernoulli(0.5) ? 4 * u + 0x1p-60 : 200 * u + 0x1p-60
            case .gamma: return 19.9 * u + 0x1p-10
            }
        }

        /// Twice the stated error, or that and the library's.
        var allowedUlps: Double { self == .lgamma || self == .gamma ? 12 : 2 }
    }

    static func ulps(_ value: Double, from expected: Double) -> Double {
        if value == expected { return 0 }
        return abs(value - expected) / expected.ulp
    }

    /// Expected values from 200-bit arithmetic.
    @Test(
        arguments: [
            (.log, 0.1, -2.3025850929940455), (.log, 2.0, 0.6931471805599453),
            (.log, 10.0, 2.302585092994046), (.log, 0xabcp-1074, -736.521443268039),
            (.log, 1.0000001, 9.999999505838704e-08), (.log2, 0.1, -3.321928094887362),
            (.log2, 3.0, 1.584962500721156), (.log2, 1024.0, 10.0),
            (.log2, 0xabcp-1074, -1062.575833711182),
            (.exp, 1.0, 2.718281828459045), (.exp, -1.0, 0.36787944117144233),
            (.exp, 0.1, 1.1051709180756477), (.exp, 700.0, 1.0142320547350045e+304),
            (.sin, 1.0, 0.8414709848078965),
            (.sin, 3.141592653589793, 1.2246467991473532e-16), (.sin, 1e6, -0.34999350217129294),
            (.sin, 1e22, -0.8522008497671888), (.sin, -0.5, -0.479425538604203),
            (.cos, 1.0, 0.5403023058681398), (.cos, 1.5707963267948966, 6.123233995736766e-17),
            (.cos, 1e6, 0.9367521275331447), (.cos, 1e22, 0.523214785395139),
            (.cos, -0.5, 0.8775825618903728), (.lgamma, 0.1, 2.252712651734206),
            (.lgamma, 0.5, 0.5723649429247001), (.lgamma, 1.5, -0.12078223763524522),
            (.lgamma, 3.7, 1.428072326665388), (.lgamma, 10.0, 12.801827480081469),
            (.lgamma, 1e10, 220258509288.81058), (.lgamma, 1.0, 0), (.lgamma, 2.0, 0),
            (.gamma, 0.5, 1.772453850905516), (.gamma, 5.0, 24.0), (.gamma, 19.5, 2.772432298633372e16),
        ] as [(Function, Double, Double)])
    func knownValues(function: Function, x: Double, expected: Double) {
        #expect(Self.ulps(function.portable(x), from: expected) <= (function.allowedUlps / 2))
    }

    @Test(arguments: Function.allCases)
    func theLibraryAgrees(function: Function) {
        var random = RandomStream(seed: 1, name: function.rawValue)
        for _ in 0..<5000 {
            let x = function.argument(&random)
            let error = Self.ulps(function.portable(x), from: function.library(x))
            #expect(error <= function.allowedUlps, "\(function)(\(x))")
        }
    }

    /// Committed bits: the same on every machine, optimised or not.
    @Test func theBitsNeverChange() {
        var hash: UInt64 = 0
        for function in Function.allCases {
            var random = RandomStream(seed: 2, name: function.rawValue)
            for _ in 0..<2000 {
                let value = function.portable(function.argument(&random))
                let power = PortableMath.pow(random.uniform() * 4, value.magnitude < 50 ? value : 0.5)
                hash = (hash ^ value.bitPattern ^ power.bitPattern << 1) &* 0x100_0000_01b3
            }
        }
        #expect(hash == 6_886_897_153_117_043_612)
    }

    @Test func powersAgreeWithTheLibrary() {
        var random = RandomStream(seed: 3, name: "pow")
        for _ in 0..<5000 {
            let base = PortableMath.exp(random.normal(mean: 0, standardDeviation: 20))
            let exponent = random.normal(mean: 0, standardDeviation: 8)
            let expected = Glibc.pow(base, exponent)
            let error = Self.ulps(PortableMath.pow(base, exponent), from: expected)
            #expect(error <= 2, "\(base)^\(exponent)")
        }
        #expect(PortableMath.pow(2, 0.5) == 1.4142135623730951)
        #expect(PortableMath.pow(10, -3) == 0.001)
        #expect(PortableMath.pow(-2, 3) == -8)
        #expect(PortableMath.pow(-2, 4) == 16)
    }

    @Test func powersOfTheEdgesAreThoseOfIEEE754() {
        let edges: [Double] = [
            0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, .infinity, -.infinity, 1e300, -1e300, 1e-300, .nan,
        ]
        for base in edges {
            for exponent in edges {
                let (value, expected) = (PortableMath.pow(base, exponent), Glibc.pow(base, exponent))
                let isRight =
                    value.isNaN
                    ? expected.isNaN
                    : Self.ulps(value, from: expected) <= 1 && value.sign == expected.sign
                #expect(isRight, "pow(\(base), \(exponent)) is \(value), not \(expected)")
            }
        }
    }

    @Test func edgesGiveInfinityZeroOrNan() {
        #expect(PortableMath.log(0) == -.infinity && PortableMath.log2(0) == -.infinity)
        #expect(PortableMath.log(.infinity) == .infinity && PortableMath.log(-1).isNaN)
        #expect(PortableMath.exp(710) == .infinity && PortableMath.exp(-746) == 0)
        #expect(PortableMath.exp(-.infinity) == 0 && PortableMath.exp(.nan).isNaN)
        #expect(PortableMath.sin(.infinity).isNaN && PortableMath.cos(.nan).isNaN)
        #expect(PortableMath.sin(-0.0).sign == .minus && PortableMath.cos(0) == 1)
        #expect(PortableMath.lgamma(0) == .infinity && PortableMath.lgamma(-1).isNaN)
        #expect(PortableMath.gamma(172) == .infinity)
        #expect(PortableMath.normalQuantile(0) == -.infinity)
        #expect(PortableMath.normalQuantile(1) == .infinity && PortableMath.normalQuantile(2).isNaN)
    }

    @Test(arguments: [0x1p-60, 1, 1000, 0x1p40, 0x1p50, 0x1p51, 0x1p52, 0x1p60])
    func roundingIsHalfToEven(size: Double) {
        var random = RandomStream(seed: 4, name: "round")
        for _ in 0..<2000 {
            let halves = ((random.uniform() - 0.5) * 8 * size).rounded() / 2
            for value in [halves, halves.nextUp, halves.nextDown] {
                #expect(PortableMath.roundHalfToEven(value) == Int64(value.rounded(.toNearestOrEven)))
            }
        }
    }

    /// Expected values from 200-bit arithmetic.
    @Test(arguments: [
        (0.5, 0), (0.975, 1.959963984540054), (0.001, -3.090232306167813),
        (1e-10, -6.361340902404057), (1e-300, -37.0470962993612),
    ])
    func normalQuantiles(probability: Double, expected: Double) {
        let quantile = PortableMath.normalQuantile(probability)
        #expect(Self.ulps(quantile, from: expected) <= 6)
        #expect(PortableMath.normalQuantile(0.25) == -PortableMath.normalQuantile(0.75))
    }
}
