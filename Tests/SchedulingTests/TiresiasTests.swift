import Scheduling
import Testing

/// The 60 jobs of Tiresias on eight devices, job by job as its own simulator has them.
@Suite(.enabled(if: PeerData.folder != nil, "no data folder with results of other simulators"))
struct TiresiasTests {
    private func check(_ policy: SchedulingPolicy, against file: String) throws -> SchedulingEngine {
        let rows = try PeerData.rows("jobs/tiresias/60_job.csv").dropFirst()
        let jobs = try rows.map { row in
            job(try #require(Int64(row[2])), try #require(Int32(row[1])), try #require(Int64(row[5])))
        }
        let configuration = SchedulingConfiguration(
            name: "tiresias", policy: policy, list: JobList(jobs: jobs, names: rows.map { $0[0] }))
        // The scheme `count` knows no nodes.
        let engine = run(configuration, on: try genericMachine(nodes: 1, devices: 8))
        let index = Dictionary(uniqueKeysWithValues: configuration.list.names.enumerated().map { ($1, $0) })
        for row in try PeerData.rows("derived/scheduling/tiresias_60job/\(file)").dropFirst() {
            let record = engine.record(try #require(index[row[1]]))
            let found = [record.firstStart, record.end].map { $0.map { $0 / second } ?? -1 }
            let expected = [try #require(Int64(row[4])), try #require(Int64(row[5]))]
            #expect(found == expected, "job \(row[1])")
            if row.count > 10 { #expect(record.preemptions == Int(row[10]), "preemptions of job \(row[1])") }
        }
        return engine
    }

    @Test func fifo() throws {
        _ = try check(SchedulingPolicy(placement: .pack), against: "fifo-count-n2g4.csv")
    }

    @Test func fitFirst() throws {
        _ = try check(SchedulingPolicy(whenBlocked: .skip, placement: .pack), against: "fjf-count-n2g4.csv")
    }

    @Test func shortestRemaining() throws {
        let policy = SchedulingPolicy(
            order: .shortestRemaining, whenBlocked: .skip, preemption: .byOrder, restartCost: .free, placement: .pack)
        _ = try check(policy, against: "shortest-count-n2g4.csv")
    }

    @Test func leastAttainedInThreeQueues() throws {
        let policy = SchedulingPolicy(
            order: .leastAttained, whenBlocked: .skip, preemption: .byQueues(limits: [100 * second, 300 * second]),
            restartCost: .free, placement: .pack)
        let engine = try check(policy, against: "dlas-limits-100-300-count-n2g4.csv")
        let records = (0..<60).map { engine.record($0) }
        let total = records.reduce(0) { $0 + ($1.completionTime ?? 0) }
        #expect(total == 722_250 * second / 1000 * 60)
        #expect(records.map { $0.end ?? 0 }.max() == 4934 * second)
        #expect(records.reduce(0) { $0 + $1.preemptions } == 51)
    }
}
