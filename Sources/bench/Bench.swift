import Glibc

/// `make bench`: CPU seconds and peak memory of the cases that users wait for, each in a process of its own.
///
/// CPU time, not wall time, since machines are shared; the smallest of several runs, since noise only adds.
/// After them what the real kernels reach on this machine (``KernelBenchmarks``), alone with `--kernels`.
@main
struct Bench {
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "--case" {
            runCase(named: arguments[2])
            return
        }
        if arguments.count == 2, arguments[1] == "--kernels" { return KernelBenchmarks.run() }
        print("case                                            CPU s    bound  peak MB    bound  note")
        var failed = false
        for benchmark in BenchmarkCase.all {
            guard let best = best(of: benchmark) else {
                print(benchmark.name.padded(to: 46) + " did not run")
                failed = true
                continue
            }
            failed = failed || best.cpuSeconds > benchmark.cpuBound
            print(benchmark.name.padded(to: 46) + best.cpuSeconds.fixed(3, width: 7)
                + benchmark.cpuBound.fixed(2, width: 9) + best.peakMegabytes.fixed(0, width: 9)
                + (benchmark.memoryBound.map { $0.fixed(0, width: 9) } ?? "        -") + "  " + best.note)
        }
        KernelBenchmarks.run()
        exit(failed ? 1 : 0)
    }

    private static func runCase(named name: String) {
        guard let benchmark = BenchmarkCase.all.first(where: { $0.name == name }) else { exit(2) }
        let before = cpuSeconds()
        let note = benchmark.run()
        print("\(cpuSeconds() - before)\t\(peakMegabytes())\t\(note)")
    }

    /// The quickest of three runs, each a child process.
    private static func best(of benchmark: BenchmarkCase) -> Measurement? {
        (0..<3).compactMap { _ in Measurement(ofCase: benchmark.name) }.min { $0.cpuSeconds < $1.cpuSeconds }
    }
}

/// What one run took.
struct Measurement {
    var cpuSeconds: Double
    var peakMegabytes: Double
    var note: String

    /// Runs a case in a child process and reads its line.
    init?(ofCase name: String) {
        let program = CommandLine.arguments[0]
        guard let pipe = popen("'\(program)' --case '\(name)'", "r") else { return nil }
        var buffer = [CChar](repeating: 0, count: 4096)
        let hasLine = fgets(&buffer, Int32(buffer.count), pipe) != nil
        guard pclose(pipe) == 0, hasLine else { return nil }
        let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 3, let cpu = Double(fields[0]), let peak = Double(fields[1]) else { return nil }
        cpuSeconds = cpu
        peakMegabytes = peak
        note = fields[2].last == "\n" ? String(fields[2].dropLast()) : String(fields[2])
    }
}

func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Largest resident set of this process so far.
func peakMegabytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1000
}

extension Double {
    func fixed(_ decimals: Int, width: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((self * scale).rounded())
        let digits = "\(whole)"
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let text = decimals == 0 ? digits : padded.dropLast(decimals) + "." + padded.suffix(decimals)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
