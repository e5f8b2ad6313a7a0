import Hardware
import Testing

/// A figure of the reference tables, with the mark that stands beside it there.
struct Figure: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, Sendable {
    enum Mark: Sendable { case sourced, fromMemory, range }

    var value: Double
    var mark = Mark.sourced

    init(floatLiteral value: Double) { self.value = value }
    init(integerLiteral value: Int) { self.value = Double(value) }
    init(_ value: Double, _ mark: Mark) { (self.value, self.mark) = (value, mark) }
}

/// A figure that the reference marks as known from memory only.
func mem(_ value: Double) -> Figure { Figure(value, .fromMemory) }
/// A figure chosen from a range that the reference gives.
func range(_ value: Double) -> Figure { Figure(value, .range) }

/// A row of the reference tables, in the units of their columns; nil where a cell is empty.
struct ReferenceRow: Sendable, CustomTestStringConvertible {
    var name: String
    /// TFLOP/s by format.
    var matrix: [(ArithmeticType, Figure)]
    var vector: [(ArithmeticType, Figure)]
    /// Bytes.
    var memory: Figure
    /// TB/s.
    var bandwidth: Figure
    /// MiB.
    var cache: Figure
    /// GB/s per direction.
    var scaleUp: Figure?
    var nic: Figure?
    var host: Figure
    /// W.
    var power: Figure

    var testDescription: String { name }
}

private func ascend(
    _ name: String, bf16: Figure, fp16: Figure, int8: Figure?, fp32: Figure?, vector: (Figure, Figure),
    gibibytes: Double, bandwidth: Figure, cache: Figure, host: Figure = mem(32), power: Figure
) -> ReferenceRow {
    var matrix: [(ArithmeticType, Figure)] = [(.bf16, bf16), (.fp16, fp16)]
    if let int8 { matrix.append((.int8, int8)) }
    if let fp32 { matrix.append((.fp32, fp32)) }
    return ReferenceRow(
        name: name, matrix: matrix, vector: [(.bf16, vector.0), (.fp32, vector.1)],
        memory: Figure(floatLiteral: gibibytes * 1_073_741_824), bandwidth: bandwidth, cache: cache,
        scaleUp: 196, nic: 25, host: host, power: power)
}

private func nvidia(
    _ name: String, fp32: Figure, tf32: Figure?, bf16: Figure, fp8: Figure?, int8: Figure?, fp4: Figure? = nil,
    memory: Figure, bandwidth: Figure, cache: Figure, scaleUp: Figure?, nic: Figure?, host: Figure,
    power: Figure
) -> ReferenceRow {
    let rates: [(ArithmeticType, Figure?)] = [
        (.fp32, fp32), (.tf32, tf32), (.bf16, bf16), (.fp16, bf16), (.fp8, fp8), (.int8, int8), (.fp4, fp4),
    ]
    return ReferenceRow(
        name: name, matrix: rates.compactMap { rate in rate.1.map { (rate.0, $0) } }, vector: [(.fp32, fp32)],
        memory: memory, bandwidth: bandwidth, cache: cache, scaleUp: scaleUp, nic: nic, host: host, power: power)
}

/// Every shipped device, as the reference lists it; cells it leaves empty are from memory.
let referenceTable: [ReferenceRow] = [
    ascend(
        "ascend-910b1", bf16: 363.7, fp16: mem(400), int8: nil, fp32: nil, vector: (22, 11), gibibytes: 64,
        bandwidth: 1.6, cache: 192, power: mem(400)),
    ascend(
        "ascend-910b2", bf16: 353.9, fp16: 376, int8: 752, fp32: 99.5, vector: (22, 11), gibibytes: 64,
        bandwidth: 1.6, cache: 192, power: mem(400)),
    ascend(
        "ascend-910b3", bf16: 294.9, fp16: 313, int8: 626, fp32: 83, vector: (18, 9), gibibytes: 64,
        bandwidth: 1.6, cache: 192, power: range(310)),
    ascend(
        "ascend-910b4", bf16: 245.8, fp16: 280, int8: 560, fp32: 75, vector: (16, 8), gibibytes: 32,
        bandwidth: 0.8, cache: 96, power: mem(310)),
    ascend(
        "ascend-910c-die", bf16: 353.9, fp16: 376, int8: 752, fp32: 99.5, vector: (22, 11), gibibytes: 64,
        bandwidth: 1.6, cache: 192, host: 151, power: mem(350)),
    nvidia(
        "h20-96", fp32: 44, tf32: 74, bf16: 148, fp8: 296, int8: 296, memory: 96e9, bandwidth: 4.0, cache: 60,
        scaleUp: 450, nic: range(25), host: 64, power: mem(400)),
    nvidia(
        "h20-3e", fp32: 44, tf32: 74, bf16: 148, fp8: 296, int8: 296, memory: 141e9, bandwidth: mem(4.8),
        cache: 60, scaleUp: 450, nic: 25, host: 64, power: mem(400)),
    nvidia(
        "h800", fp32: 67, tf32: mem(495), bf16: 989, fp8: 1979, int8: 1979, memory: 80e9, bandwidth: 3.35,
        cache: 50, scaleUp: 200, nic: 50, host: 64, power: mem(700)),
    nvidia(
        "h100", fp32: 67, tf32: mem(495), bf16: 989, fp8: 1979, int8: 1979, memory: 80e9, bandwidth: 3.35,
        cache: 50, scaleUp: 450, nic: 50, host: 64, power: 700),
    nvidia(
        "h200", fp32: 67, tf32: mem(495), bf16: 989, fp8: 1979, int8: 1979, memory: 141e9, bandwidth: 4.8,
        cache: 50, scaleUp: 450, nic: 50, host: 64, power: 700),
    nvidia(
        "b200", fp32: mem(80), tf32: mem(1125), bf16: 2250, fp8: 4500, int8: 4500, fp4: mem(9000),
        memory: Figure(floatLiteral: 180 * 1_073_741_824), bandwidth: 7.7, cache: mem(126), scaleUp: 900,
        nic: 100, host: 128, power: 1000),
    nvidia(
        "a100", fp32: 19.5, tf32: 156, bf16: 312, fp8: nil, int8: 624, memory: 80e9, bandwidth: 2.039,
        cache: 40, scaleUp: 300, nic: 25, host: 32, power: 400),
    nvidia(
        "a10", fp32: mem(31.2), tf32: mem(62.5), bf16: mem(125), fp8: nil, int8: mem(250), memory: mem(24e9),
        bandwidth: mem(0.6), cache: mem(6), scaleUp: nil, nic: nil, host: mem(32), power: mem(150)),
    nvidia(
        "l40s", fp32: mem(91.6), tf32: mem(183), bf16: 362, fp8: 733, int8: 733, memory: 48_305_799_168,
        bandwidth: 0.864, cache: 96, scaleUp: nil, nic: 50, host: 32, power: 350),
    nvidia(
        "l20", fp32: 59.8, tf32: 59.8, bf16: 119, fp8: mem(239), int8: mem(239), memory: 48e9,
        bandwidth: 0.864, cache: 96, scaleUp: nil, nic: nil, host: 32, power: mem(275)),
    nvidia(
        "rtx-4090", fp32: mem(82.6), tf32: mem(82.6), bf16: mem(165), fp8: mem(330), int8: mem(660),
        memory: 24e9, bandwidth: mem(1.008), cache: mem(72), scaleUp: nil, nic: nil, host: mem(32),
        power: mem(450)),
    nvidia(
        "rtx-pro-6000", fp32: mem(120), tf32: nil, bf16: 467.8, fp8: 935.6, int8: nil, memory: 102.64e9,
        bandwidth: 1.792, cache: mem(128), scaleUp: nil, nic: nil, host: 64, power: mem(600)),
    ReferenceRow(
        name: "mi300x",
        matrix: [
            (.fp32, mem(163)), (.tf32, mem(654)), (.bf16, 1307), (.fp16, 1307), (.fp8, 2615), (.int8, 2615),
        ],
        vector: [(.fp32, mem(163))], memory: 192e9, bandwidth: 5.3, cache: mem(256), scaleUp: mem(448), nic: 50,
        host: 64, power: 750),
    ReferenceRow(
        name: "gaudi2", matrix: [(.bf16, mem(432)), (.fp8, mem(865))], vector: [(.bf16, mem(11))],
        memory: 96e9, bandwidth: mem(2.45), cache: mem(48), scaleUp: mem(262.5), nic: mem(37.5), host: 32,
        power: mem(600)),
    ReferenceRow(
        name: "gaudi3", matrix: [(.tf32, 459), (.bf16, 1835), (.fp8, 1835)], vector: [(.fp32, 14)],
        memory: 128e9, bandwidth: mem(3.7), cache: mem(96), scaleUp: 525, nic: mem(75), host: 64, power: 900),
    ReferenceRow(
        name: "host", matrix: [(.fp32, range(0.1))], vector: [(.fp32, range(0.1))], memory: range(8_589_934_592),
        bandwidth: range(0.02), cache: range(2), scaleUp: nil, nic: nil, host: range(20), power: range(10)),
]
