import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Scheduling

/// Nodes that come when jobs wait and go when they are idle, worked out by hand.
@Suite struct AutoscalingTests {
    /// Up to four nodes of four devices that boot for 30 s and leave after 60 s; a look every 5 s.
    static func autoscaling(_ minimum: Int = 0, _ maximum: Int = 4) -> Autoscaling {
        Autoscaling(nodeTypes: [
            AutoscaledNodes(
                group: 0, minimum: minimum, maximum: maximum, bootTime: 30 * second, idleTimeout: 60 * second,
                costPerHour: 36)
        ])
    }

    private func run(_ jobs: [Job], _ autoscaling: Autoscaling, groups: [PlacementGroup] = []) throws
        -> SchedulingEngine
    {
        var configuration = SchedulingConfiguration(
            name: "scale", policy: SchedulingPolicy(whenBlocked: .skip), list: list(jobs))
        configuration.autoscaling = autoscaling
        configuration.placementGroups = groups
        var engine = SchedulingTests.run(configuration, on: try genericMachine(nodes: 4, devices: 4))
        engine.close(at: engine.lastActivity)
        return engine
    }

    @Test func nodesComeAndGo() throws {
        // Both jobs of 4 need a node; the look at 5 s launches them, ready at 35 s; the third packs onto the first.
        let engine = try run(
            [job(1, 4, 100), job(2, 3, 10), job(3, 1, 10), job(300, 4, 10)], Self.autoscaling())
        #expect(engine.spans == ["35-135", "35-45", "35-45", "330-340"])
        // The second node is idle from 45 s and leaves at 105 s, the first one from 135 s at 195 s.
        #expect(
            engine.nodeLives.map { [$0.launched, $0.ready, $0.ended].map { $0 == .max ? -1 : $0 / second } } == [
                [5, 35, 195], [5, 35, 105], [300, 330, -1],
            ])
        let outcome = try #require(engine.autoscaling.first)
        #expect(outcome.launches == 3 && outcome.terminations == 2 && outcome.peakNodes == 2)
        #expect(outcome.counts.map(\.ready).max() == 2)
        #expect(engine.outcome.completed == 4)
    }

    @Test func thoseThatMustBeThereAre() throws {
        let engine = try run([job(1, 4, 10), job(400, 4, 10)], Self.autoscaling(1))
        #expect(engine.spans == ["1-11", "400-410"])
        #expect(engine.autoscaling[0].launches == 0 && engine.autoscaling[0].terminations == 0)
        #expect(engine.autoscaling[0].nodeHours == 410.0 / 3600)
        #expect(abs((engine.autoscaling[0].cost ?? 0) - 4.1) < 1e-12)
        #expect(engine.outcome.allocationRatio == 80.0 / 1640)
    }

    /// A gang larger than the nodes that may be there can never run; one that needs all of them gets them together.
    @Test func gangsGetTheirNodesTogether() throws {
        let engine = try run([job(1, 12, 10), job(1, 13, 10)], Self.autoscaling(0, 3))
        #expect(engine.spans == ["35-45", ""])
        #expect(engine.record(1).phase == .rejected)
        #expect(engine.autoscaling[0].launches == 3)
    }

    /// Bundles that must be apart bring a node each, although one would hold them.
    @Test func bundlesBringNodes() throws {
        var request = job(1, 2, 10)
        request.placementGroup = 0
        let groups = [PlacementGroup([Bundle(devices: 1), Bundle(devices: 1)], .strictSpread)]
        let engine = try run([request], Self.autoscaling(), groups: groups)
        #expect(engine.spans == ["35-45"] && engine.autoscaling[0].launches == 2)
        let packed = [PlacementGroup([Bundle(devices: 1), Bundle(devices: 1)], .pack)]
        #expect(try run([request], Self.autoscaling(), groups: packed).autoscaling[0].launches == 1)
        // What can never lie anywhere brings no node, and stays pending.
        let tooLarge = [PlacementGroup([Bundle(devices: 5)], .pack)]
        let pending = try run([request], Self.autoscaling(), groups: tooLarge)
        #expect(pending.record(0).phase == .waiting && pending.nodeLives.isEmpty)
    }

    /// One launch at a time: nodes come one after the other.
    @Test func launchesAreLimited() throws {
        var autoscaling = Self.autoscaling()
        autoscaling.maximumConcurrentLaunches = 1
        let engine = try run([job(0, 4, 100), job(0, 4, 100)], autoscaling)
        #expect(engine.spans == ["30-130", "60-160"])
        #expect(autoscaling.allowedLaunches(ready: 2) == 5 && autoscaling.allowedLaunches(ready: 7) == 7)
    }
}
