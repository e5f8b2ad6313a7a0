import JSONText
import Scenario
import Studies

/// Which variant serves all tenants of a shared cluster best, by the share of what each attains alone.
struct TenantVerdict: Sendable {
    /// Least shares that differ by less are equal, and means decide.
    static let tie = 0.005

    /// One variant's shares.
    struct Entry: Sendable {
        var name: String
        var least: Double
        var mean: Double
        var worst: String
    }

    let entries: [Entry]
    /// Index of the best entry.
    let best: Int

    /// Nil where a variant does not compare its tenants.
    init?(_ runs: [VariantRun]) {
        var entries: [Entry] = []
        for run in runs {
            let tenants = run.sharesOfAlone.compactMap { $0 }.flatMap(\.tenants)
            guard let worst = tenants.min(by: { $0.share < $1.share }) else { return nil }
            entries.append(Entry(
                name: run.name, least: worst.share, mean: SharesOfAlone(tenants: tenants).mean, worst: worst.name))
        }
        guard !entries.isEmpty else { return nil }
        self.entries = entries
        best = entries.indices.reduce(0) { Self.isBetter(entries[$1], than: entries[$0]) ? $1 : $0 }
    }

    private static func isBetter(_ one: Entry, than other: Entry) -> Bool {
        abs(one.least - other.least) > tie ? one.least > other.least : one.mean > other.mean
    }

    /// The answer in one line, and the rule in another.
    var text: String {
        let winner = entries[best]
        let share = "its worst-served tenant, \(winner.worst), attains "
            + "\(percent(winner.least)) of what it attains alone"
        let others = entries.indices.filter { $0 != best }.map { "\(entries[$0].name) \(percent(entries[$0].least))" }
        let answer = entries.count == 1
            ? "Least served is \(winner.worst): \(percent(winner.least)) of what it attains alone"
            : "Serves all tenants best: \(winner.name), \(share) (\(others.joined(separator: ", ")))"
        return answer + "\n  " + SharesOfAlone.definition + "\n"
    }

    var json: JSONValue {
        [
            "definition": .string(SharesOfAlone.definition), "best": .string(entries[best].name),
            "variants": .object(JSONObject(entries.map { entry in
                (entry.name, [
                    "least_share_of_alone": .real(entry.least), "mean_share_of_alone": .real(entry.mean),
                    "worst_served": .string(entry.worst),
                ])
            })),
        ]
    }
}

extension SharesOfAlone {
    /// Tenants with their parts, for results.
    var json: JSONValue {
        .object(JSONObject(tenants.map { tenant in
            (tenant.name, [
                "share_of_alone": .real(tenant.share),
                "parts": .object(JSONObject(tenant.parts.map { part in
                    (part.name, [
                        "measure": .string(part.measure.rawValue), "attained": .real(part.attained),
                        "alone": .real(part.alone), "share_of_alone": .real(part.share),
                    ])
                })),
            ])
        }))
    }
}
