import Testing

@testable import TraceFormats

/// Vidur, BurstGPT, Qwen-Bailian and LLMServingSim, each in the forms its authors publish.
@Suite struct OtherFormatTests {
    @Test func vidurRoundsBinaryDust() throws {
        let trace = try read("arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,374,44\n5.8926549999999995,91,16\n")
        #expect(trace.arrivalNanoseconds == [0, 5_892_655_000])
        #expect(trace.inputTokens == [374, 91])
        #expect(trace.outputTokens == [44, 16])
    }

    @Test func burstGPTCountsFailuresAndFollowsSessions() throws {
        let trace = try read(
            """
            Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
            19440110.0,1722-ac82,43,GPT-4,906,446,1352,Conversation log
            19440161.0,,2,ChatGPT,36,29,65,API log
            19440162.0,1722-ac82,2,ChatGPT,100,0,100,Conversation log
            19440170.5,"1722-ac82",2,GPT-4,1400,29,1429,Conversation log
            19440171.0,,2,ChatGPT,0,0,0,API log
            """)
        #expect(trace.failures == 2)
        #expect(trace.arrivalNanoseconds == [0, 51_000_000_000, 60_500_000_000])
        #expect(trace.inputTokens == [906, 36, 1400])
        #expect(trace.sessionIDs == [0, 1, 0])
        #expect(trace.previousRequest == [-1, -1, 0])
        #expect(trace.brokenInvariants() == [])
    }

    @Test func burstGPTOfTheFirstVersionHasNoSessions() throws {
        let trace = try read(
            "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
                + "5,ChatGPT,472,18,490,Conversation log\n")
        #expect(trace.sessionIDs == nil)
        #expect(trace.count == 1)
        #expect(
            problem("Timestamp,Request tokens,Response tokens\n5,472,0\n")
                == "trace: holds 1 failed requests only; use a file with at least one request")
    }

    @Test func bailianChainsItsBlocksAndLinksItsChats() throws {
        let trace = try read(
            """
            {"chat_id": 55, "parent_chat_id": -1, "timestamp": 61.114, "input_length": 33, "output_length": 132, "type": "text", "turn": 1, "hash_ids": [1089, 7, 7]}
            {"chat_id": 3, "parent_chat_id": -1, "timestamp": 61.2, "input_length": 16, "output_length": 1, "type": "image", "turn": 1, "hash_ids": [7]}
            {"chat_id": 159, "parent_chat_id": 55, "timestamp": 70.5, "input_length": 40, "output_length": 2, "type": "text", "turn": 2, "hash_ids": [1089, 7, 8]}
            {"chat_id": 160, "parent_chat_id": 9999, "timestamp": 71, "input_length": 1, "output_length": 2, "type": "text", "turn": 2, "hash_ids": [8]}
            """)
        #expect(trace.arrivalNanoseconds == [0, 86_000_000, 9_386_000_000, 9_886_000_000])
        #expect(trace.blockTokens == 16)
        #expect(trace.blockIDs == [0, 1, 2, 3, 0, 1, 4, 5])
        #expect(trace.rechainedBlocks == 3)
        #expect(trace.sessionIDs == [0, 1, 0, 2])
        #expect(trace.previousRequest == [-1, -1, 0, -1])
        #expect(trace.brokenInvariants() == [])
    }

    @Test func llmServingSimPassesOverTokenIDs() throws {
        let trace = try read(
            """
            {"input_toks":3,"output_toks":2,"arrival_time_ns":46926808,"input_tok_ids":[1,2,3],"output_tok_ids":[11,12]}
            {"input_toks": 22, "output_toks": 104, "arrival_time_ns": 347938952}
            """)
        #expect(trace.arrivalNanoseconds == [0, 301_012_144])
        #expect(trace.inputTokens == [3, 22])
        #expect(trace.outputTokens == [2, 104])
        #expect(
            problem(#"{"input_toks":3,"output_toks":2,"arrival_time_ns":1,"input_tok_ids":[1,2"#, .llmservingsim)
                == "trace:1:73: input_tok_ids: found the end of the line; expected \",\" or \"]\"")
    }
}
