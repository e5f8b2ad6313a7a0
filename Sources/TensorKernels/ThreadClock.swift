import Glibc

/// CPU time of the calling thread: what a kernel costs on a machine that others use too, where time by the wall
/// would measure them.
public enum ThreadClock {
    /// Seconds that the calling thread has computed so far, from any origin.
    public static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Seconds that one call of `work` takes: the mean of as many calls as fill a tenth of a millisecond.
    /// - Parameter least: seconds to fill instead, where single calls are disturbed.
    public static func seconds(least: Double = 1e-4, of work: () -> Void) -> Double {
        let start = seconds()
        work()
        let once = seconds() - start
        guard once < least else { return once }
        let calls = max(1, min(1000, Int(least / max(once, 1e-7))))
        let again = seconds()
        for _ in 0..<calls { work() }
        return (seconds() - again) / Double(calls)
    }
}
