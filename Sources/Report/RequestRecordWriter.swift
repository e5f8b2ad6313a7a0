import JSONText
import Serving

/// Records of requests, in order of arrival: as JSON Lines, or as CSV for a spreadsheet.
public enum RequestRecordWriter {
    /// Writes one object per request that arrived; times in seconds, absent where they did not happen.
    public static func write(_ run: VariantRun, to stream: inout JSONStream) {
        forEachRecord(of: run) { cells in
            stream.object { line in
                for (name, value) in cells {
                    if let value { line.member(name, value) }
                }
            }
        }
    }

    /// Writes one row per request that arrived, of all runs, below one row of names (RFC 4180). What did not
    /// happen is an empty cell.
    public static func writeCSV(_ runs: [VariantRun], to sink: FileSink) throws(FileProblem) {
        var text: [UInt8] = [], hasHeader = false, problem: FileProblem?
        func flush() {
            do throws(FileProblem) { try sink.write(text) } catch { problem = problem ?? error }
            text.removeAll(keepingCapacity: true)
        }
        for run in runs {
            forEachRecord(of: run) { cells in
                if !hasHeader { append(cells.map { .string($0.name) }, to: &text) }
                hasHeader = true
                append(cells.map(\.value), to: &text)
                if text.count > 1 << 16, problem == nil { flush() }
            }
        }
        flush()
        if let problem { throw problem }
    }

    private typealias Cell = (name: String, value: JSONValue?)

    private static func forEachRecord(of run: VariantRun, _ body: ([Cell]) -> Void) {
        for (index, engine) in run.world.serving.enumerated() {
            let names = engine.replicaNames
            let workload = run.scenario.plans[index].configuration.name
            for record in engine.records where record.stage != .future {
                body([("variant", .string(run.name)), ("workload", .string(workload))] + cells(record, names))
            }
        }
    }

    private static func cells(_ record: RequestRecord, _ names: [String]) -> [Cell] {
        func time(_ nanoseconds: Int64?) -> JSONValue? { nanoseconds.map { .real(seconds($0)) } }
        func replica(_ index: Int?) -> JSONValue? { index.map { .string(names[$0]) } }
        return [
            ("request", .init(record.index)),
            ("status", .string(status(record))),
            ("rejection", record.rejection.map { .string($0.name) }),
            ("arrival_s", time(record.arrival)),
            ("input_tokens", .init(record.inputTokens)),
            ("output_tokens", .init(record.outputTokens)),
            ("queueing_s", time(record.queueing)),
            ("prefill_s", time(record.prefill)),
            ("decode_queueing_s", time(record.decodeQueueing)),
            ("kv_transfer_s", time(record.transfer)),
            ("ttft_s", time(record.timeToFirstToken)),
            ("tpot_s", time(record.timePerOutputToken)),
            ("max_itl_s", time(record.longestInterval)),
            ("e2e_s", time(record.endToEnd)),
            ("prefix_tokens_hit", .init(record.prefixTokensHit)),
            ("preemptions", .init(record.preemptions)),
            ("restarts", .init(record.restarts)),
            ("kv_transfer_bytes", .integer(record.transferBytes)),
            ("prefill_replica", replica(record.prefillReplica)),
            ("decode_replica", replica(record.decodeReplica)),
        ]
    }

    private static func append(_ cells: [JSONValue?], to text: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            switch cell {
            case nil: break
            case .string(let value): text += Array(quoted(value).utf8)
            case .some(let value): text += JSONWriter.compact.bytes(of: value)
            }
        }
        text += [13, 10]
    }

    /// A text in quotes where it holds what would end its cell.
    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { [10, 13, 34, 44].contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func status(_ record: RequestRecord) -> String {
        switch record.stage {
        case .completed: "completed"
        case .rejected: "rejected"
        default: "unfinished"
        }
    }
}
