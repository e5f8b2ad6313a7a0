import Testing

@testable import Serving

/// What counts as a good request.
@Suite struct ServiceLevelObjectiveTests {
    private func record(output: Int32 = 3) -> RequestRecord {
        var request = Request(arrival: 100, inputTokens: 10, outputTokens: output)
        (request.stage, request.firstScheduled, request.prefillEnd) = (.completed, 110, 140)
        (request.firstToken, request.completion, request.longestInterval) = (140, 200, 35)
        return RequestRecord(request, index: 0)
    }

    /// TTFT 40, TPOT 30, longest interval 35, end to end 100.
    @Test func everyBoundIsInclusive() {
        typealias Objective = ServiceLevelObjective
        #expect(Objective(timeToFirstToken: 40).isMet(by: record()))
        #expect(!Objective(timeToFirstToken: 39).isMet(by: record()))
        #expect(Objective(timePerOutputToken: 30).isMet(by: record()))
        #expect(!Objective(timePerOutputToken: 29).isMet(by: record()))
        #expect(Objective(interTokenLatency: 35).isMet(by: record()))
        #expect(!Objective(interTokenLatency: 34).isMet(by: record()))
        #expect(Objective(endToEnd: 100).isMet(by: record()))
        #expect(!Objective(endToEnd: 99).isMet(by: record()))
        #expect(!Objective(timeToFirstToken: 40, endToEnd: 99).isMet(by: record()))
    }

    @Test func aRequestOfOneTokenHasNoTimePerToken() {
        #expect(record(output: 1).timePerOutputToken == nil)
        #expect(ServiceLevelObjective(timePerOutputToken: 1, interTokenLatency: 1).isMet(by: record(output: 1)))
    }

    @Test func onlyCompletedRequestsAreGood() {
        var late = record()
        late.stage = .decoding
        #expect(!ServiceLevelObjective().isMet(by: late))
        #expect(ServiceLevelObjective().isMet(by: record()))
    }

    @Test func anObjectiveWithoutBoundsIsNotSet() {
        #expect(!ServiceLevelObjective(attainment: 0.5).isSet)
        #expect(ServiceLevelObjective(endToEnd: 1).isSet)
    }
}
