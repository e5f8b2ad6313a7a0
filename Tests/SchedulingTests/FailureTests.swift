import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// Devices that fail under jobs, and what checkpoints save.
@Suite struct FailureTests {
    /// A job of 100 s on both nodes; the first node fails at 35 s and works again at 50 s.
    private func run(_ checkpoints: Checkpoints?) throws -> SchedulingEngine {
        var configuration = SchedulingConfiguration(name: "failure", list: list([job(0, 8, 100)]))
        configuration.checkpoints = checkpoints
        configuration.policy.restartCost = RestartCost(single: 0, few: 2 * second, many: 0)
        var machine = try genericMachine(nodes: 2, devices: 4)
        var queue = EventQueue()
        var engine = SchedulingEngine(configuration: configuration, component: 0, cluster: machine.cluster)
        engine.start(&queue, &machine)
        for (time, fails) in [(35, true), (50, false)] {
            while let event = queue.pop(through: Int64(time) * second - 1) { engine.handle(event, &queue, &machine) }
            machine.cluster.setFailed(fails, DeviceID(1))
            let now = Int64(time) * second
            if fails {
                engine.deviceFailed(DeviceID(1), at: now, &queue, &machine)
            } else {
                engine.deviceRepaired(DeviceID(1), at: now, &queue, &machine)
            }
        }
        while let event = queue.pop() { engine.handle(event, &queue, &machine) }
        engine.close(at: engine.lastActivity)
        return engine
    }

    @Test func withoutCheckpointsAllIsLost() throws {
        let engine = try run(nil)
        #expect(engine.spans == ["0-35,50-152"])
        #expect(engine.outcome.lost == 35 * second)
        #expect(engine.outcome.restart == 2 * second)
        #expect(engine.outcome.failures == 1)
        #expect(engine.waits(0).map(\.reason) == [.failure])
    }

    /// Checkpoints of 1 s after each 10 s of work: 35 s hold three, so 30 s of work are kept; the remaining 70 s have
    /// six more, none at the very end.
    @Test func checkpointsSaveWork() throws {
        let engine = try run(Checkpoints(interval: 10 * second, cost: second))
        #expect(engine.spans == ["0-35,50-128"])
        #expect(engine.outcome.lost == 2 * second)
    }

    @Test func checkpointTimesAreInverse() {
        let checkpoints = Checkpoints(interval: 7, cost: 3)
        for work in 1..<60 as Range<Int64> {
            let time = checkpoints.time(of: work)
            #expect(checkpoints.work(in: time) == work)
            #expect(checkpoints.savedWork(in: time) <= work)
        }
    }

    @Test func nodesFailOfThemselvesAndAllJobsEnd() throws {
        var configuration = SchedulingConfiguration(
            name: "rate", policy: SchedulingPolicy(whenBlocked: .skip), list: list(SchedulingLawTests.jobs(1)))
        configuration.tenants = SchedulingLawTests.tenants
        configuration.failureRate = FailureRate(meanBetween: 60 * second, meanRepair: 5 * second)
        var engine = SchedulingTests.run(configuration, on: try genericMachine(nodes: 3, devices: 4))
        engine.close(at: engine.lastActivity)
        #expect(engine.outcome.completed == 60)
        #expect(engine.outcome.nodeFailures > 0)
        #expect(engine.outcome.failures > 0)
    }

    @Test func aDrainedNodeTakesNobodyNew() throws {
        var machine = try genericMachine(nodes: 2, devices: 4)
        var queue = EventQueue()
        let configuration = SchedulingConfiguration(
            name: "drain", list: list([job(0, 4, 10), job(1, 4, 10), job(2, 4, 10)]))
        var engine = SchedulingEngine(configuration: configuration, component: 0, cluster: machine.cluster)
        engine.start(&queue, &machine)
        while let event = queue.pop(through: 5 * second) { engine.handle(event, &queue, &machine) }
        engine.drain(NodeID(0), true, at: 5 * second, &queue, &machine)
        while let event = queue.pop() { engine.handle(event, &queue, &machine) }
        #expect(engine.spans == ["0-10", "1-11", "11-21"])
    }
}
