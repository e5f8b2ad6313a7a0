import JSONText
import Testing

@testable import Studies

@Suite struct SweepPlanTests {
    private typealias Fixtures = SweepFixtures

    @Test func theFirstAxisVariesSlowestAndSeedsFastest() throws {
        var specification = Fixtures.specification
        specification.seeds = [3, 4]
        let plan = try Fixtures.plan(specification)
        #expect(plan.count == 16)
        let points = try (0..<plan.count).map { try plan.point(at: $0) }
        #expect(points[0].settings.map(\.value) == [1, 1])
        #expect(points[2].settings.map(\.value) == [1, 64])
        #expect(points[4].settings.map(\.value) == [2, 1])
        #expect(points.prefix(3).map(\.seed) == [3, 4, 3])
    }

    @Test func identifiersTellPointsByTheirContent() throws {
        let plan = try Fixtures.plan()
        let identifiers = try (0..<plan.count).map { plan.identifier(of: try plan.scenario(at: $0)) }
        #expect(Set(identifiers).count == plan.count)
        #expect(identifiers.allSatisfy { $0.count == 16 && $0.allSatisfy(\.isHexDigit) })
        // The same settings in the other order, and one that says what the scenario says already.
        var turned = SweepSpecification()
        turned.axes = [SweepAxis(Fixtures.sequences, [1, 64]), SweepAxis(Fixtures.replicas, [1, 2, 8, 9])]
        turned.fixed = [SweepSetting(path: ["seed"], value: 1)]
        let other = try Fixtures.plan(turned)
        let others = try (0..<other.count).map { other.identifier(of: try other.scenario(at: $0)) }
        #expect(Set(others) == Set(identifiers))
        let newer = try SweepPlan(Fixtures.base(), Fixtures.specification, engineVersion: "newer")
        #expect(newer.identifier(of: try newer.scenario(at: 0)) != identifiers[0])
    }

    @Test func aVariantIsSweptUnderItsOwnPatch() throws {
        var specification = Fixtures.specification
        specification.variant = "long"
        let plan = try Fixtures.plan(specification), base = try Fixtures.plan()
        #expect(plan.identifier(of: try plan.scenario(at: 0)) != base.identifier(of: try base.scenario(at: 0)))
        #expect(plan.fingerprint != base.fingerprint)
    }

    @Test func aConditionKeepsPoints() throws {
        var specification = Fixtures.specification
        specification.condition = try SweepCondition(parsing: "workloads.chat.pools.m.replicas * 8 <= 16")
        let plan = try Fixtures.plan(specification)
        #expect(plan.count == 4)
        #expect(try (0..<4).allSatisfy { try plan.point(at: $0).settings[0].value != 9 })
        specification.condition = try SweepCondition(parsing: "workloads.chat.pools.m.replicas > 9")
        #expect(throws: JSONProblems.self) { try Fixtures.plan(specification) }
        specification.condition = try SweepCondition(parsing: "workloads.chat.pools.p.replicas > 9")
        #expect(throws: JSONProblems.self) { try Fixtures.plan(specification) }
    }

    @Test(arguments: SweepSample.Kind.allCases)
    func aSampleIsOfDifferentPointsAndItsBeginningIsOneToo(kind: SweepSample.Kind) throws {
        var specification = SweepSpecification()
        specification.axes = [
            SweepAxis(Fixtures.replicas, (1...8).map { .init($0) }),
            SweepAxis(Fixtures.sequences, (1...100).map { .init($0) }),
        ]
        func sampled(_ count: Int, seed: UInt64 = 1) throws -> [[JSONValue]] {
            specification.sample = SweepSample(kind: kind, count: count, seed: seed)
            let plan = try Fixtures.plan(specification)
            return try (0..<plan.count).map { try plan.point(at: $0).settings.map(\.value) }
        }
        let small = try sampled(50), large = try sampled(200)
        #expect(small.count == 50 && Array(large.prefix(50)) == small)
        #expect(Set(large.map { "\($0)" }).count == 200)
        #expect(try sampled(50, seed: 2) != small)
        // Evenly: every replica count occurs about as often.
        if kind == .evenly {
            for replicas in 1...8 { #expect((5...8).contains(small.filter { $0[0] == .init(replicas) }.count)) }
        }
        // More than there are gives all.
        specification.axes[1] = SweepAxis(Fixtures.sequences, [1, 2])
        #expect(try sampled(1000).count == 16)
    }

    /// The plastic number and the golden ratio.
    @Test func theRatioOfR2() {
        #expect(abs(SweepDraws.ratio(1) - 1.618033988749895) < 1e-15)
        #expect(abs(SweepDraws.ratio(2) - 1.324717957244746) < 1e-15)
    }

    @Test func aPlanThatWasWrittenIsReadBack() throws {
        let plan = try Fixtures.plan()
        let lines = try (0..<plan.count).map { index -> String in
            let line: JSONValue = [
                "i": .init(index), "of": .init(plan.count),
                "id": .string(plan.identifier(of: try plan.scenario(at: index))),
                "set": .object(try plan.point(at: index).settingsObject),
            ]
            return JSONWriter.compact.text(of: line)
        }
        let list = try SweepPointList(Array(lines.joined(separator: "\n").utf8), file: "points.jsonl")
        let read = try SweepPlan(Fixtures.base(), SweepSpecification(), listed: list, engineVersion: "test")
        #expect(read.count == plan.count)
        #expect(try read.point(at: 5).settings == plan.point(at: 5).settings)
        #expect(throws: JSONProblems.self, "another version has other identifiers") {
            try SweepPlan(Fixtures.base(), SweepSpecification(), listed: list, engineVersion: "newer")
        }
    }
}
