/// The GPU cluster trace of Alibaba 2023 (`openb`): nodes, and pods that may ask for a part of a GPU.
public enum OpenBFormat {
    /// A node.
    public struct Node: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// Thousandths of processors.
        public var cpuMilli: Int64
        /// Memory in MiB.
        public var memoryMiB: Int64
        /// GPUs.
        public var gpus: Int
        /// The model of the GPUs; empty where there are none.
        public var model: String
    }

    /// A pod.
    public struct Pod: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// Thousandths of processors.
        public var cpuMilli: Int64
        /// Memory in MiB.
        public var memoryMiB: Int64
        /// GPUs; 0 for a pod on processors alone.
        public var gpus: Int
        /// Thousandths of each GPU; 1000 is a whole one.
        public var gpuMilli: Int64
        /// The GPU models that it accepts; empty: any.
        public var models: [String]
        /// Seconds of the trace; nil where the file has no such column, or the pod was not scheduled or deleted.
        public var created: Int64?
        /// When it was deleted.
        public var deleted: Int64?
        /// When it was scheduled.
        public var scheduled: Int64?
    }

    /// Reads a list of nodes: `sn, cpu_milli, memory_mib, gpu, model`.
    public static func nodes(path: String) throws(TraceProblem) -> [Node] {
        var lines = try LineReader(path: path)
        return try nodes(&lines)
    }

    /// Reads a list of nodes in memory.
    public static func nodes(bytes: [UInt8], name: String) throws(TraceProblem) -> [Node] {
        var lines = LineReader(bytes: bytes, name: name)
        return try nodes(&lines)
    }

    /// Reads a list of pods: `name, cpu_milli, memory_mib, num_gpu, gpu_milli`, and where they are there `gpu_spec`,
    /// `creation_time`, `deletion_time` and `scheduled_time`. The other columns are not read.
    public static func pods(path: String) throws(TraceProblem) -> [Pod] {
        var lines = try LineReader(path: path)
        return try pods(&lines)
    }

    /// Reads a list of pods in memory.
    public static func pods(bytes: [UInt8], name: String) throws(TraceProblem) -> [Pod] {
        var lines = LineReader(bytes: bytes, name: name)
        return try pods(&lines)
    }

    private static func nodes(_ lines: inout LineReader) throws(TraceProblem) -> [Node] {
        var csv = try CSVRows(&lines)
        var nodes: [Node] = []
        let name = try csv.header.column("sn", lines)
        let model = try csv.header.column("model", lines)
        let cpu = try csv.header.column("cpu_milli", lines)
        let memory = try csv.header.column("memory_mib", lines)
        let gpus = try csv.header.column("gpu", lines)
        while try csv.next(&lines) {
            nodes.append(
                Node(
                    name: csv.cells.text(name, in: lines), cpuMilli: try amount(csv.cells, cpu, "cpu_milli", lines),
                    memoryMiB: try amount(csv.cells, memory, "memory_mib", lines),
                    gpus: Int(try amount(csv.cells, gpus, "gpu", lines, atMost: 1024)),
                    model: csv.cells.text(model, in: lines)))
        }
        return nodes
    }

    private static func pods(_ lines: inout LineReader) throws(TraceProblem) -> [Pod] {
        var csv = try CSVRows(&lines)
        var pods: [Pod] = []
        let name = try csv.header.column("name", lines)
        let cpu = try csv.header.column("cpu_milli", lines)
        let memory = try csv.header.column("memory_mib", lines)
        let gpus = try csv.header.column("num_gpu", lines)
        let milli = try csv.header.column("gpu_milli", lines)
        let spec = csv.header.optionalColumn("gpu_spec")
        let times = ["creation_time", "deletion_time", "scheduled_time"].map { csv.header.optionalColumn($0) }
        while try csv.next(&lines) {
            let count = Int(try amount(csv.cells, gpus, "num_gpu", lines, atMost: 1024))
            let share = try amount(csv.cells, milli, "gpu_milli", lines, atMost: 1000)
            guard count == 0 || share == 1000 || (count == 1 && share > 0) else {
                throw lines.problem(
                    field: "gpu_milli", found: "\(count) GPUs with \(share) thousandths each",
                    remedy: "a pod asks for whole GPUs, or for a part of one")
            }
            let models = spec.map { csv.cells.text($0, in: lines) } ?? ""
            pods.append(
                Pod(
                    name: csv.cells.text(name, in: lines), cpuMilli: try amount(csv.cells, cpu, "cpu_milli", lines),
                    memoryMiB: try amount(csv.cells, memory, "memory_mib", lines), gpus: count,
                    gpuMilli: count > 0 ? share : 0, models: models.split(separator: "|").map(String.init),
                    created: try time(csv.cells, times[0], "creation_time", lines),
                    deleted: try time(csv.cells, times[1], "deletion_time", lines),
                    scheduled: try time(csv.cells, times[2], "scheduled_time", lines)))
        }
        return pods
    }

    private static func amount(
        _ cells: CSVCells, _ index: Int, _ name: String, _ lines: borrowing LineReader, atMost limit: Int64 = 1 << 40
    ) throws(TraceProblem) -> Int64 {
        let value = try cells.integer(index, name: name, in: lines)
        guard (0...limit).contains(value) else {
            throw lines.problem(field: name, found: "\(value)", remedy: "expected 0 to \(limit)")
        }
        return value
    }

    private static func time(
        _ cells: CSVCells, _ index: Int?, _ name: String, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> Int64? {
        guard let index, !cells.isEmpty(index) else { return nil }
        // Some rows have `123.0`.
        return try cells.scaledInteger(index, decimals: 0, name: name, in: lines)
    }
}
