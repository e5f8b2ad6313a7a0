/// The workloads and measured step times of Pollux (petuum/adaptdl, branch osdi21-artifact, simulator/).
public enum PolluxFormat {
    /// A job of a workload.
    public struct Job: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// Arrival in nanoseconds.
        public var arrival: Int64
        /// The application, whose step times are in a table of its own.
        public var application: String
        /// Devices that its user asked for.
        public var replicas: Int
        /// Batch size over all devices that its user asked for.
        public var batchSize: Int
    }

    /// A measured step.
    public struct Step: Equatable, Sendable {
        /// Nodes that the devices are on.
        public var nodes: Int
        /// Devices.
        public var replicas: Int
        /// The most devices on one of the nodes; nil where the table does not say.
        public var largest: Int?
        /// Batch size of one device.
        public var localBatchSize: Int
        /// Nanoseconds of a step, and of it for synchronising gradients.
        public var step: Int64
        /// Nanoseconds of the step in which devices only wait for gradients.
        public var synchronisation: Int64

        /// A step, for tests and other sources.
        public init(
            nodes: Int, replicas: Int, largest: Int?, localBatchSize: Int, step: Int64, synchronisation: Int64
        ) {
            self.nodes = nodes
            self.replicas = replicas
            self.largest = largest
            self.localBatchSize = localBatchSize
            self.step = step
            self.synchronisation = synchronisation
        }
    }

    /// Reads a workload: `name, time (s), application, num_replicas, batch_size`.
    public static func workload(path: String) throws(TraceProblem) -> [Job] {
        var lines = try LineReader(path: path)
        return try workload(&lines)
    }

    /// Reads a workload in memory.
    public static func workload(bytes: [UInt8], name: String) throws(TraceProblem) -> [Job] {
        var lines = LineReader(bytes: bytes, name: name)
        return try workload(&lines)
    }

    /// Reads a table of steps: `scalability.csv` with `num_nodes, num_replicas`, or `placements.csv` with `placement`,
    /// whose digits are the devices on each node; both with `local_bsz, step_time, sync_time` in seconds.
    public static func steps(path: String) throws(TraceProblem) -> [Step] {
        var lines = try LineReader(path: path)
        return try steps(&lines)
    }

    /// Reads a table of steps in memory.
    public static func steps(bytes: [UInt8], name: String) throws(TraceProblem) -> [Step] {
        var lines = LineReader(bytes: bytes, name: name)
        return try steps(&lines)
    }

    private static func workload(_ lines: inout LineReader) throws(TraceProblem) -> [Job] {
        var csv = try CSVRows(&lines)
        var jobs: [Job] = []
        let name = try csv.header.column("name", lines)
        let time = try csv.header.column("time", lines)
        let application = try csv.header.column("application", lines)
        let replicas = try csv.header.column("num_replicas", lines)
        let batch = try csv.header.column("batch_size", lines)
        while try csv.next(&lines) {
            jobs.append(
                Job(
                    name: csv.cells.text(name, in: lines),
                    arrival: try csv.cells.scaledInteger(time, decimals: 9, name: "time", in: lines),
                    application: csv.cells.text(application, in: lines),
                    replicas: try count(csv.cells, replicas, "num_replicas", lines),
                    batchSize: try count(csv.cells, batch, "batch_size", lines)))
        }
        return jobs
    }

    private static func steps(_ lines: inout LineReader) throws(TraceProblem) -> [Step] {
        var csv = try CSVRows(&lines)
        var steps: [Step] = []
        let placement = csv.header.optionalColumn("placement")
        let nodes = placement == nil ? try csv.header.column("num_nodes", lines) : 0
        let replicas = placement == nil ? try csv.header.column("num_replicas", lines) : 0
        let batch = try csv.header.column("local_bsz", lines)
        let step = try csv.header.column("step_time", lines)
        let synchronisation = try csv.header.column("sync_time", lines)
        while try csv.next(&lines) {
            var row = Step(
                nodes: 0, replicas: 0, largest: nil, localBatchSize: try count(csv.cells, batch, "local_bsz", lines),
                step: try csv.cells.scaledInteger(step, decimals: 9, name: "step_time", in: lines),
                synchronisation: try csv.cells.scaledInteger(
                    synchronisation, decimals: 9, name: "sync_time", in: lines))
            if let placement {
                let digits = try digits(csv.cells, placement, lines)
                (row.nodes, row.replicas, row.largest) = (digits.count, digits.reduce(0, +), digits.max())
            } else {
                row.nodes = try count(csv.cells, nodes, "num_nodes", lines)
                row.replicas = try count(csv.cells, replicas, "num_replicas", lines)
            }
            steps.append(row)
        }
        return steps
    }

    private static func count(
        _ cells: CSVCells, _ index: Int, _ name: String, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> Int {
        let value = try cells.integer(index, name: name, in: lines)
        guard (1...1 << 30).contains(value) else {
            throw lines.problem(field: name, found: "\(value)", remedy: "expected at least 1")
        }
        return Int(value)
    }

    private static func digits(
        _ cells: CSVCells, _ index: Int, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> [Int] {
        let digits = cells.text(index, in: lines).compactMap(\.wholeNumberValue)
        guard !digits.isEmpty, !digits.contains(0), digits.count == cells.text(index, in: lines).count else {
            throw lines.problem(
                field: "placement", found: "\"\(cells.text(index, in: lines))\"",
                remedy: "expected the devices on each node, a digit each")
        }
        return digits
    }
}
