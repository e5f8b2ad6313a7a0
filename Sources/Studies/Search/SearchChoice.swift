/// Decides which candidates of a search must be run, so that the best one that holds is found with few runs.
///
/// Candidates fall into groups, within which some are easier to hold than others: less load, more cards. What fails
/// settles all that are not easier; what holds settles all that are not better. The first group is halved until its
/// best is known; each further one is first asked, by its easiest candidate that would be an improvement, whether
/// it can improve at all. Which candidates are asked for depends on the answers alone: not on time or threads.
struct SearchChoice {
    /// Groups that are asked at once, after the first.
    static let challengers = 4
    /// Candidates of a group that are weighed against each other at most.
    private static let weighed = 256

    private let ease: [[Int]]
    /// What a candidate is worth if it holds; nil where only its run tells.
    private let worth: [Double]?
    /// Open candidates by group, groups in the order in which they are tried.
    private var open: [[Int]]
    private var hasHeld: [Bool]
    private var groupOf: [Int]
    /// The best candidate that holds, with a known worth.
    private(set) var best: Int?

    /// - Parameters:
    ///   - groups: candidates by group, in the order of trying.
    ///   - ease: by candidate, its place on each ordered dimension, larger being easier.
    ///   - worth: by candidate; nil when worth is known only after a run, so that all that may hold are run.
    init(groups: [[Int]], ease: [[Int]], worth: [Double]?) {
        open = groups
        self.ease = ease
        self.worth = worth
        hasHeld = groups.map { _ in false }
        groupOf = Array(repeating: 0, count: ease.count)
        for (group, members) in groups.enumerated() {
            for member in members { groupOf[member] = group }
        }
    }

    /// The candidates to run next, each of another group; none when the search is at its end.
    func next() -> [Int] {
        var round: [Int] = []
        for group in open.indices where !open[group].isEmpty {
            round.append(probe(group))
            // With a known worth the first group sets the mark that the others must beat.
            if worth != nil, group == 0 || round.count == Self.challengers { break }
        }
        return round
    }

    /// Takes an answer into account.
    mutating func note(_ candidate: Int, holds: Bool) {
        let group = groupOf[candidate]
        if holds {
            hasHeld[group] = true
            guard let worth else {
                open[group].removeAll { $0 == candidate }
                return
            }
            let mark = best.map { max(worth[$0], worth[candidate]) } ?? worth[candidate]
            if best.map({ worth[candidate] > worth[$0] }) ?? true { best = candidate }
            for index in open.indices { open[index].removeAll { worth[$0] <= mark } }
        } else {
            open[group] = open[group].filter { !isNoEasier($0, than: candidate) }
        }
    }

    /// Leaves a candidate out that tells nothing about others: its run failed.
    mutating func dismiss(_ candidate: Int) { open[groupOf[candidate]].removeAll { $0 == candidate } }

    private func isNoEasier(_ one: Int, than other: Int) -> Bool {
        zip(ease[one], ease[other]).allSatisfy { $0 <= $1 }
    }

    /// The candidate of a group whose answer settles most: all, if the group can be dismissed at once and has not
    /// shown that it holds; else the largest smaller part of the two that its answers settle.
    private func probe(_ group: Int) -> Int {
        let members = open[group]
        let stride = max(1, members.count / Self.weighed)
        var chosen = members[0], most = -1
        let isChallenger = worth != nil && !hasHeld[group] && (group > 0 || best != nil)
        for candidate in Swift.stride(from: 0, to: members.count, by: stride).map({ members[$0] }) + members.suffix(1) {
            var settledByFailing = 0, settledByHolding = 0
            for other in members {
                if isNoEasier(other, than: candidate) { settledByFailing += 1 }
                let isNoBetter = worth.map { $0[other] <= $0[candidate] } ?? isNoEasier(candidate, than: other)
                if isNoBetter { settledByHolding += 1 }
            }
            if isChallenger, settledByFailing == members.count { return candidate }
            let least = min(settledByFailing, settledByHolding)
            if least > most { (chosen, most) = (candidate, least) }
        }
        return chosen
    }
}
