import Hardware
import Scheduling
import Testing

/// Start and end of every job against other simulators on real traces.
@Suite(.enabled(if: PeerData.folder != nil, "no data folder with results of other simulators"))
struct PeerResultTests {
    /// HeliosArtifact on the Philly jobs of October 2017: virtual cluster and its nodes of eight devices.
    static let virtualClusters = [("103959", 4), ("2869ce", 8), ("0e4a51", 8), ("e13805", 4), ("11cb48", 3)]

    @Test(arguments: virtualClusters, [("fifo", QueueOrder.fifo), ("sjf", .shortestJob)])
    func philly(_ cluster: (name: String, nodes: Int), _ policy: (name: String, order: QueueOrder)) throws {
        let rows = try Self.october.get().filter { $0[1] == cluster.name }
        let jobs = try rows.map { row in
            job(try #require(Int64(row[3])), try #require(Int32(row[2])), try #require(Int64(row[4])))
        }
        let configuration = SchedulingConfiguration(
            name: "philly", policy: SchedulingPolicy(order: policy.order),
            list: JobList(jobs: jobs, names: rows.map { $0[0] }))
        let engine = run(configuration, on: try genericMachine(nodes: cluster.nodes, devices: 8))
        var found: [String: [Int64]] = [:]
        for index in 0..<jobs.count {
            let record = engine.record(index)
            found[configuration.list.names[index]] = [record.firstStart ?? -1, record.end ?? -1].map { $0 / second }
        }
        let log = try PeerData.rows(
            "derived/scheduling/helios_philly_oct/\(policy.name)_consolidate_\(cluster.name)_log.csv").dropFirst()
        #expect(log.count == jobs.count)
        let wrong = try log.filter { row in
            let expected = [try #require(Double(row[9])), try #require(Double(row[10]))].map { Int64($0) }
            return found[row[0]] != expected
        }
        #expect(wrong.isEmpty, "\(wrong.count) jobs differ, the first \(wrong.first?[0] ?? "")")
    }

    private static let october = Result {
        try PeerData.rows("derived/scheduling/helios_philly_oct/philly_oct_input.csv")
    }

    /// AccaSim on a virtual cluster as 80 processors.
    @Test func accaSim() throws {
        let rows = try PeerData.rows("derived/scheduling/accasim/in.swf", separator: " ").filter { $0[0] != ";" }
        let jobs = try rows.map { row in
            job(try #require(Int64(row[1])), try #require(Int32(row[7])), try #require(Int64(row[3])))
        }
        let configuration = SchedulingConfiguration(
            name: "accasim", policy: SchedulingPolicy(placement: .pack),
            list: JobList(jobs: jobs, names: rows.map { $0[0] }))
        let engine = run(configuration, on: try genericMachine(nodes: 80, devices: 1))
        let results = try PeerData.rows("derived/scheduling/accasim/fifo.txt", separator: ";")
        #expect(results.count == jobs.count)
        for row in results {
            let index = try #require(configuration.list.names.firstIndex(of: row[0]))
            let record = engine.record(index)
            let times = row.filter { $0.hasPrefix("1970-") || $0.contains("__1970-") }
            let end = try #require(times.last.flatMap { Self.seconds($0) })
            #expect((record.end ?? 0) / second == end, "job \(row[0])")
        }
    }

    /// Seconds since 1970 of `1970-01-02 13:55:27`, which may stand behind other text.
    private static func seconds(_ text: String) -> Int64? {
        let parts = text.suffix(19).split { " -:".contains($0) }.compactMap { Int64($0) }
        guard parts.count == 6, parts[0] == 1970 else { return nil }
        let months: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        let days = months[Int(parts[1]) - 1] + parts[2] - 1
        return days * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5]
    }
}
