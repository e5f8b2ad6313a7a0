import Hardware
import ModelGraph
import Studies
import Testing

/// Reading of kernel tables and what is counted as wrong with them.
@Suite struct CalibrationTableTests {
    private static let header = "operator,dtype,engine,seconds,m,n,k"

    private static func table(_ lines: [String], header: String = header) throws -> KernelTable {
        try KernelTable(bytes: Array(([header] + lines).joined(separator: "\n").utf8), name: "table.csv")
    }

    private static func problem(_ lines: [String], header: String = header) -> String? {
        do {
            _ = try table(lines, header: header)
            return nil
        } catch { return "\(error)" }
    }

    @Test func aGemmIsReadWithItsShape() throws {
        let table = try Self.table(["gemm,bf16,vllm 1,0.001,8,2048,4096\r"])
        #expect(table.samples.count == 1)
        #expect(table.samples[0].operations[0].shape == .gemm(m: 8, n: 2048, k: 4096))
        #expect(table.samples[0].seconds == 0.001)
        #expect(table.samples[0].group.engine == "vllm 1")
        #expect(table.samples[0].isServing)
        #expect(table.samples[0].line == 2)
    }

    @Test func everyOperatorIsRead() throws {
        let header = "operator,dtype,engine,seconds,cache_dtype,batch,tokens,context,query_heads,kv_heads,head_size,"
            + "window,hidden,intermediate,experts,experts_per_token,expert_ranks,routing,ranks,bytes,launch"
        let table = try Self.table([
            "prefill_attention,bf16,e,1,bf16,2,256,0,8,2,128,0,,,,,,,,,",
            "decode_attention,bf16,e,1,fp8,4,,1000,8,2,128,100,,,,,,,,,",
            "moe,bf16,e,1,,,32,,,,,,1024,512,64,4,2,balanced,,,",
            "all_reduce,bf16,e,1,,,,,,,,,,,,,,,8,4096,graph",
            "all_reduce,bf16,e,1,,,,,,,,,,,,,,,8,4096,eager",
            "elementwise,bf16,e,1,,,,,,,,,,,,,,,,65536,",
        ], header: header)
        #expect(table.eagerLaunches == 1)
        #expect(table.samples.map(\.group.kernel) == [
            .prefillAttention, .decodeAttention, .mixtureOfExperts, .allReduce, .elementwise,
        ])
        // Two sequences of two query blocks: 128 x 128 + 128 x 256 pairs each.
        guard case .prefillAttention(_, let executed, _, 512, 512, _) = table.samples[0].operations[0].shape else {
            Issue.record("\(table.samples[0].operations)")
            return
        }
        #expect(executed == 2 * 128 * 384)
        guard case .decodeAttention(4, 400, let heads, _) = table.samples[1].operations[0].shape else {
            Issue.record("\(table.samples[1].operations)")
            return
        }
        #expect(heads.storedPerToken == 512)
        #expect(table.samples[1].group.cacheType == .fp8)
        // 32 x 4 rows over two ranks, each with 32 experts that all get the same.
        #expect(table.samples[2].operations[0].shape == .groupedGemm(rows: 64, activeExperts: 32, n: 1024, k: 1024))
        #expect(table.samples[2].operations[2].shape == .groupedGemm(rows: 64, activeExperts: 32, n: 1024, k: 512))
    }

    /// What a rank's experts really had to do takes the place of the expectation; nonsense is refused.
    @Test func theLoadOfARankMayBeStated() throws {
        let header = "operator,dtype,engine,seconds,tokens,hidden,intermediate,experts,experts_per_token,expert_ranks,"
            + "routing,rank_rows,active_experts"
        let table = try Self.table([
            "moe,bf16,e,1,32,1024,512,64,4,2,random,90.5,12.25", "moe,bf16,e,1,32,1024,512,64,4,2,balanced,,",
        ], header: header)
        #expect(table.samples[0].operations[0].shape
            == .groupedGemm(rows: 90.5, activeExperts: 12.25, n: 1024, k: 1024))
        #expect(table.samples[1].operations[0].shape == .groupedGemm(rows: 64, activeExperts: 32, n: 1024, k: 1024))
        #expect(Self.problem(["moe,bf16,e,1,32,1024,512,64,4,2,random,0,2"], header: header)
            == "table.csv:2: rank_rows: found 0; expected at least 1")
        #expect(Self.problem(["moe,bf16,e,1,32,1024,512,64,4,2,random,90,65"], header: header)
            == "table.csv:2: active_experts: found 65.0; expected at most 64 experts")
    }

    /// 8 x 4096 x 4096 in bf16 moves 33.7 MB: 10.05 us on an H100.
    @Test func linesAreCleanedAndCounted() throws {
        let table = try Self.table([
            "gemm,bf16,e,20e-6,8,4096,4096", "gemm,bf16,e,30e-6,8,4096,4096", "gemm,bf16,e,22e-6,8,4096,4096",
            "gemm,bf16,e,5e-6,0,4096,4096",      // no rows
            "gemm,bf16,e,8e-6,16,4096,4096",     // 1.26 times the bandwidth
            "gemm,bf16,e,100e-6,32,4096,4096",
            "gemm,bf16,e,40e-6,64,4096,4096",    // more rows in less than half the time
        ])
        #expect(table.emptyShapes == 1)
        let lint = LintedKernels(table.samples, on: try CalibrationDevice(.named("h100")))
        #expect(lint.duplicates == 2)
        #expect(lint.implausible == 1)
        #expect(lint.nonMonotone == 1)
        #expect(lint.samples.map(\.seconds) == [22e-6, 100e-6, 40e-6])
    }

    @Test func whatIsWrongSaysWhereAndWhatToDo() {
        #expect(Self.problem(["gemm,bf16,e,1,8,4096"])
            == "table.csv:2: 6 cells under 7 columns; complete the line, which may be cut")
        #expect(Self.problem(["gemm,bf16,e,0,8,64,64"])
            == "table.csv:2: seconds: found 0; expected seconds above 0")
        #expect(Self.problem(["gemm,bf16,e,1,8,,64"])
            == "table.csv:2: n: an empty cell; expected a whole number")
        #expect(Self.problem(["gem,bf16,e,1,8,64,64"])
            == "table.csv:2: operator: found gem; expected one of gemm, prefill_attention, decode_attention, moe, "
            + "all_reduce, elementwise")
        #expect(Self.problem([], header: "operator,dtype,engine,seconds,message_size")
            == "table.csv:1: message_size: counts elements in public tables; give \"bytes\", elements times their size")
        #expect(Self.problem([], header: "operator,dtype,engine")
            == "table.csv:1: seconds: the column is missing; every kernel table has it")
        #expect(Self.problem([]) == "table.csv: holds no measurements; convert one with simulate-export or measure "
            + "one with the probe")
    }

    @Test func anEngineMustBeNamedWhereThereAreSeveral() throws {
        let table = try Self.table(["gemm,bf16,a,1e-3,8,4096,4096", "gemm,bf16,b,1e-3,8,4096,4096"])
        let device = try CalibrationDevice(.named("h100"))
        #expect(throws: KernelTableProblem.self) { try Calibration(table, on: device) }
        #expect(try Calibration(table, on: device, engine: "b").entries.count == 1)
        #expect(throws: KernelTableProblem.self) { try Calibration(table, on: device, engine: "c") }
    }
}
