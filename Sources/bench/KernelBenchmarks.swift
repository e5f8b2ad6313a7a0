import EventEngine
import Glibc
import ModelGraph
import TensorKernels

/// `bench --kernels`: what the real kernels reach on one thread of this machine, beside its measured peak.
///
/// CPU time of the thread, not wall time, since machines are shared; rates are those of the quickest run, and
/// the median tells how noisy the machine was. The peak of a number type is the best rate of a large product,
/// that of memory the best of copying 512 MiB and of adding to them.
enum KernelBenchmarks {
    static func run() {
        do {
            let gemm = try Gemm()
            let peaks = try Peaks(gemm)
            print("\none thread; \(gemm.backend.rawValue), " + GemmType.allCases.map { type in
                "\(type.rawValue) \(HostInstructions.areNative(for: type) ? "native" : "not native")"
            }.joined(separator: ", "))
            print("measured peak: " + GemmType.allCases.map { type in
                "\(type.rawValue) \(peaks.rate(type).fixed(1, width: 0)) GFLOP/s"
            }.joined(separator: ", ") + ", memory \(peaks.gigabytes.fixed(1, width: 0)) GB/s")
            print("kernel".padded(to: 44) + "   min ms  median   GFLOP/s of peak     GB/s of peak")
            for kernel in try KernelCase.products(gemm) + KernelCase.attention + KernelCase.streams {
                print(kernel.line(peaks))
            }
            print("More than the peak of memory: data that the last cache holds from run to run.")
        } catch {
            print("kernels: \(error)")
            exit(1)
        }
    }

    /// Seconds of the quickest and of the middle run: at least five, and for a third of a second.
    static func time(_ work: () -> Void) -> (least: Double, median: Double) {
        work()
        var seconds: [Double] = []
        var total = 0.0
        while seconds.count < 5 || (total < 0.3 && seconds.count < 1000) {
            let start = threadSeconds()
            work()
            seconds.append(threadSeconds() - start)
            total += seconds[seconds.count - 1]
        }
        seconds.sort()
        return (seconds[0], seconds[seconds.count / 2])
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The best that this machine was seen to do.
struct Peaks {
    private var billions: [GemmType: Double] = [:]
    var gigabytes: Double

    init(_ gemm: Gemm) throws {
        let count = 128 << 20
        let source = Buffer<Float>(count, repeating: 1), target = Buffer<Float>(count, repeating: 0)
        let copied = KernelBenchmarks.time { Elementwise.copy(source.start, to: target.start, count: count) }
        let added = KernelBenchmarks.time { Elementwise.add(source.start, to: target.start, count: count) }
        gigabytes = max(8 / copied.least, 12 / added.least) * Double(count) / 1e9
        for type in GemmType.allCases {
            let rates = try [GemmShape(m: 1024, n: 1024, k: 1024), GemmShape(m: 256, n: 4096, k: 4096)].map { shape in
                let kernel = try KernelCase.product(gemm, type, shape)
                return kernel.flop / KernelBenchmarks.time(kernel.work).least / 1e9
            }
            billions[type] = rates.max()
        }
    }

    func rate(_ type: GemmType) -> Double { billions[type] ?? 0 }
}

/// Memory for as long as a benchmark needs it.
final class Buffer<Element> {
    let start: UnsafeMutablePointer<Element>

    init(_ count: Int, repeating value: Element) {
        start = .allocate(capacity: max(1, count))
        start.initialize(repeating: value, count: max(1, count))
    }

    deinit { start.deallocate() }
}

extension Buffer where Element == Float {
    /// Random numbers from [-0.5, 0.5).
    convenience init(random count: Int) {
        self.init(count, repeating: 0)
        var stream = RandomStream(seed: 1, name: "kernel benchmark")
        for index in 0..<count { start[index] = Float(stream.uniform()) - 0.5 }
    }
}
