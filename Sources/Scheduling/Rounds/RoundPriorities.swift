/// How far each job is behind the time it should have had on each kind of device: the book-keeping of Gavel's
/// round-based mechanism (OSDI 2020, section 5).
///
/// A job's priority on a kind is its share over the fraction of that kind's time which it has received since the shares
/// were last reckoned. What it was short of then is carried along as its deficit, which breaks ties.
struct RoundPriorities {
    /// Seconds that a job counts as having received at the start, half a round: new jobs start with equal fractions.
    private let head: Double
    private let kindCount: Int
    /// Seconds received since the last reckoning, and deficits, by job number and kind.
    private var received: [Double] = []
    private var deficit: [Double] = []
    private var share: [Double] = []
    private var hasShare: [Bool] = []
    private var kindSeconds: [Double]
    /// When the shares were last reckoned, in seconds.
    private(set) var reckoned = 0.0

    init(kindCount: Int, roundSeconds: Double) {
        self.kindCount = kindCount
        head = roundSeconds / 2
        kindSeconds = [Double](repeating: 0, count: kindCount)
    }

    /// Makes room for the job with the next number.
    mutating func add() {
        for _ in 0..<kindCount {
            received.append(head)
            deficit.append(0)
            share.append(0)
        }
        hasShare.append(false)
    }

    /// Notes that the job ran on the kind for so long.
    mutating func credit(job: Int, kind: Int, seconds: Double) {
        received[job * kindCount + kind] += seconds
        kindSeconds[kind] += seconds
    }

    /// Carries over what the present jobs were short of, and starts anew with new shares.
    /// - Parameter shares: those of `jobs`, in this order.
    mutating func reckon(at seconds: Double, jobs: [Int], shares: TimeShares) {
        let elapsed = seconds - reckoned
        for kind in 0..<kindCount { kindSeconds[kind] = 0 }
        for (index, job) in jobs.enumerated() {
            for kind in 0..<kindCount {
                let cell = job * kindCount + kind
                deficit[cell] += share[cell] * elapsed - (received[cell] - head)
                received[cell] = head
                kindSeconds[kind] += head
                share[cell] = shares[index, kind]
            }
            hasShare[job] = true
        }
        reckoned = seconds
    }

    /// Whether the job has been part of a division.
    func isReckoned(_ job: Int) -> Bool { hasShare[job] }

    /// Sorts by (priority, deficit, share), all descending.
    func key(job: Int, kind: Int, canRun: Bool) -> (priority: Double, deficit: Double, share: Double) {
        let cell = job * kindCount + kind
        guard hasShare[job] else { return (0, deficit[cell], 0) }
        guard share[cell] > 0, canRun else { return (0, deficit[cell], share[cell]) }
        let fraction = kindSeconds[kind] > 0 ? received[cell] / kindSeconds[kind] : 0
        // A job that has received nothing comes before all that have.
        return (fraction > 0 ? share[cell] / fraction : share[cell] * 1e9, deficit[cell], share[cell])
    }
}
