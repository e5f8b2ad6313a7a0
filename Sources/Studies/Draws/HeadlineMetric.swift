import Metrics
import Serving

/// A figure of a serving workload that people decide by, under the path it has in a result's `metrics`.
public struct HeadlineMetric: Sendable {
    /// Path below `metrics`, such as `output_tokens_per_s` or `ttft_s.p99`.
    public let path: String
    /// Whether more of it is better.
    public let largerIsBetter: Bool
    private let read: @Sendable (ServingOutcome) -> Double?

    /// The figure, in the unit that the path names; nil where the outcome has none.
    public func value(of outcome: ServingOutcome) -> Double? { read(outcome) }

    /// All of them, in the order of results.
    public static let all: [HeadlineMetric] =
        [HeadlineMetric(path: "makespan_s", largerIsBetter: false) { seconds($0.makespan) }] + rates + [
            HeadlineMetric(path: "slo_attainment", largerIsBetter: true) { outcome in
                outcome.good.map { Double($0) / Double(max(1, outcome.arrived)) }
            }
        ] + latencies

    /// The metric of a path.
    public static func named(_ path: String) -> HeadlineMetric? { all.first { $0.path == path } }

    private static let rates = [
        rate("requests_per_s") { Double($0.completed) },
        rate("input_tokens_per_s") { Double($0.inputTokens) },
        rate("output_tokens_per_s") { Double($0.outputTokens) },
        rate("output_tokens_per_s_per_device") { Double($0.outputTokens) / devices($0) },
        rate("goodput_requests_per_s") { $0.good.map(Double.init) },
        rate("goodput_requests_per_s_per_device") { outcome in outcome.good.map { Double($0) / devices(outcome) } },
    ]

    private static let latencies: [HeadlineMetric] = {
        let distributions: [(String, @Sendable (ServingOutcome) -> Distribution?)] = [
            ("ttft_s", { $0.timeToFirstToken }), ("tpot_s", { $0.timePerOutputToken }),
            ("itl_s", { $0.interTokenLatency }), ("e2e_s", { $0.endToEnd }),
        ]
        return distributions.flatMap { name, distribution in
            [
                HeadlineMetric(path: name + ".mean", largerIsBetter: false) { distribution($0)?.mean },
                HeadlineMetric(path: name + ".p50", largerIsBetter: false) { distribution($0)?.p50 },
                HeadlineMetric(path: name + ".p99", largerIsBetter: false) { distribution($0)?.p99 },
            ]
        }
    }()

    /// An amount per second of the makespan; nil when nothing was completed.
    private static func rate(
        _ path: String, _ amount: @escaping @Sendable (ServingOutcome) -> Double?
    ) -> HeadlineMetric {
        HeadlineMetric(path: path, largerIsBetter: true) { outcome in
            outcome.makespan > 0 ? amount(outcome).map { $0 / seconds(outcome.makespan) } : nil
        }
    }

    private static func devices(_ outcome: ServingOutcome) -> Double {
        Double(max(1, outcome.pools.reduce(0) { $0 + $1.devices }))
    }

    private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
}
