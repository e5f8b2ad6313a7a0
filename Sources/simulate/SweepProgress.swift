import Glibc
import Synchronization
import Studies

/// How far a sweep is, on standard error: a bar on a terminal, else a line now and then.
struct SweepProgress {
    private let total: Int
    private let before: Int
    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var shown: ContinuousClock.Instant
    private var done: Int
    private var failed = 0

    /// - Parameter done: points that an earlier start has done.
    init(total: Int, done: Int, isQuiet: Bool) {
        self.total = total
        self.done = done
        self.isQuiet = isQuiet
        before = done
        shown = start
    }

    mutating func add(_ status: SweepStatus) {
        done += 1
        if status != .ok { failed += 1 }
        let now = ContinuousClock.now
        guard !isQuiet, now - shown >= (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
        shown = now
        putToStandardError(isTerminal ? "\r\u{1B}[K" + bar + " " + text : text + "\n")
    }

    /// Leaves the terminal's line as it was.
    func finish() {
        if !isQuiet, isTerminal { putToStandardError("\r\u{1B}[K") }
    }

    private var bar: String {
        let width = 30, filled = total > 0 ? width * done / total : width
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]"
    }

    private var text: String {
        let spent = Double((ContinuousClock.now - start).components.seconds) + 1
        let left = Int(spent / Double(max(1, done - before)) * Double(total - done))
        return "\(done)/\(total) points" + (failed > 0 ? ", \(failed) not ok" : "") + ", about \(duration(left)) left"
    }
}

/// Seconds as people say them.
func duration(_ seconds: Int) -> String {
    seconds >= 3600 ? "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        : seconds >= 60 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds) s"
}

/// How many points a search has run, on the terminal of standard error: how many there will be is not known.
struct SearchProgress {
    private let total: Int
    private let isShown: Bool
    private var done = 0

    init(total: Int, isQuiet: Bool) {
        self.total = total
        isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    }

    mutating func add() {
        done += 1
        if isShown { putToStandardError("\r\u{1B}[K\(done) runs, among \(total) candidates") }
    }

    /// Leaves the terminal's line as it was.
    func finish() {
        if isShown { putToStandardError("\r\u{1B}[K") }
    }
}

/// Writes text as it is.
private func putToStandardError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// A request to stop, by Ctrl-C or a scheduler: points under way are finished first. A second one ends at once.
enum StopSignal {
    private static let raised = Atomic<Bool>(false)

    static var isRaised: Bool { raised.load(ordering: .relaxed) }

    static func install() {
        // A parent may have started this process with the signals blocked.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                StopSignal.raised.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
