/// Coarse timestamps: finding the tick of a trace, and spreading requests that share one.
public enum ArrivalTicks {
    /// The tick that ascending `times` seem to have been rounded to, in nanoseconds.
    ///
    /// Zero where fewer than a tenth of the requests share their time with another. Otherwise the median of those gaps
    /// between distinct times that are below twice their first decile: pauses are several ticks long, and clocks that
    /// tick every 3,000 ms are seen to jitter by 1 ms (Mooncake's traces).
    public static func tickNanoseconds(of times: [Int64]) -> Int64 {
        var gaps: [Int64] = []
        var sharing = 0
        for (earlier, later) in zip(times, times.dropFirst()) {
            if later > earlier { gaps.append(later - earlier) } else { sharing += 1 }
        }
        guard sharing * 10 >= times.count, !gaps.isEmpty else { return 0 }
        gaps.sort()
        let decile = gaps[(gaps.count - 1) / 10]
        let ticks = gaps.prefix { $0 - decile < decile }
        return ticks[(ticks.count - 1) / 2]
    }

    /// Spreads requests that share a time evenly over the time to the next one, in their order.
    ///
    /// The `k`-th of `n` requests at `t`, the next time being `t + d`, moves to `t + floor(k * d / n)`. Where `d` is
    /// more than two ticks, and behind the last time, `d` is one tick. Times stay in order; nothing is random.
    static func spread(_ times: inout [Int64]) -> TickSpread {
        let tick = gapForSpreading(times)
        var moved = 0
        var start = 0
        while start < times.count {
            let time = times[start]
            var end = start + 1
            while end < times.count, times[end] == time { end += 1 }
            let gap = end < times.count ? times[end] - time : tick
            let width = gap - tick > tick ? tick : gap
            let requests = Int64(end - start)
            for k in 1..<max(1, requests) {
                let (high, low) = k.multipliedFullWidth(by: width)
                let shift = requests.dividingFullWidth((high, low)).quotient
                times[start + Int(k)] = time + shift
                if shift > 0 { moved += 1 }
            }
            start = end
        }
        return TickSpread(tickNanoseconds: tick, requestsMoved: moved)
    }

    /// The tick where there is one; else the smallest gap, so that a few shared times never spread over a pause.
    private static func gapForSpreading(_ times: [Int64]) -> Int64 {
        let tick = tickNanoseconds(of: times)
        if tick > 0 { return tick }
        return zip(times, times.dropFirst()).lazy.map { $1 - $0 }.filter { $0 > 0 }.min() ?? 0
    }
}
