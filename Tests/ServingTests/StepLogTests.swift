import EventEngine
import Testing

@testable import Serving

/// The list of steps says what ran, and keeping it changes nothing.
@Suite struct StepLogTests {
    @Test(arguments: UInt64(0)..<8)
    func everyStepIsThereWithItsShapeAndTime(seed: UInt64) throws {
        try check(RandomServing.example(seed: seed))
        try check(RandomServing.failing(seed: seed))
        try check(RandomServing.cut(seed: seed))
    }

    private func check(_ serving: ServingCase) throws {
        let plain = try serving.finished()
        for fastForward in [true, false] {
            var run = try serving.run(fastForward: fastForward)
            run.keepSteps()
            run.run(until: serving.until)
            #expect(run.report == plain.report)
            let log = try #require(run.engine.stepLog)
            let pools = run.outcome.pools
            for pool in pools.indices {
                let steps = log.steps.filter { $0.pool == Int32(pool) }
                #expect(Int64(steps.count) == pools[pool].steps)
                var cost = run.engine.configuration.pools[pool].cost
                for step in steps {
                    #expect(cost.duration(of: log.shape(of: step)) == step.duration, "\(step)")
                }
            }
        }
    }

    @Test func nothingIsKeptUnasked() throws {
        #expect(try ServingCase().finished().engine.stepLog == nil)
    }
}
