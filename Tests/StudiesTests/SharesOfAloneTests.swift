import JSONText
import Report
import Scenario
import Studies
import Testing

/// What tenants attain of what they attain alone, and which policy serves all of them best.
@Suite struct SharesOfAloneTests {
    private func run(_ text: String, variant: String = "base") throws -> VariantRun {
        let document = try ScenarioDocument(JSONDocument(text: text, file: "shares.json"), folder: "", settings: [])
        let checked = try document.checked(variant: variant)
        var world = checked.world()
        world.run()
        return VariantRun(name: variant, scenario: checked, world: world)
    }

    private func jobs(_ submit: String, _ extra: String = "") -> String {
        """
        { "schema": "simulate/1", "name": "shares",
          "cluster": { "nodes": { "gpu": { "type": "generic", "device": "a100", "devices_per_node": 8, "count": 1 } } },
          "workloads": { "batch": { "kind": "jobs", "compare_alone": true, "submit": [ \(submit) ] \(extra) } } }
        """
    }

    /// Two tenants want all cards at once: the second waits as long as the first runs, and is half as well off.
    @Test func workedByHand() throws {
        let two = """
            { "at": "0 s", "devices": 8, "duration": "10 s", "tenant": "a" },
            { "at": "0 s", "devices": 8, "duration": "10 s", "tenant": "b" }
            """
        let shares = try #require(try run(jobs(two)).sharesOfAlone[0])
        #expect(shares.tenants.map(\.name) == ["a", "b"])
        #expect(shares.tenants.map(\.share) == [1, 0.5])
        #expect(shares.least == 0.5 && shares.mean == 0.75)
        let part = try #require(shares.tenants[1].parts.first)
        #expect(part.name == "batch" && part.measure == .jobsPerSecond && part.attained == 0.05 && part.alone == 0.1)
        // A quota of half the cards, with jobs of half the size, lets both have what they have alone.
        let halves = two.split(separator: "\"devices\": 8").joined(separator: "\"devices\": 4")
        let quota = ", \"tenants\": { \"a\": { \"quota_devices\": 4 }, \"b\": { \"quota_devices\": 4 } }"
        #expect(try run(jobs(halves, quota)).sharesOfAlone[0]?.least == 1)
    }

    /// A tenant with nobody beside him, served as alone, has all of it: whatever he does.
    @Test func aSingleTenantHasAllOfIt() throws {
        let text = """
            { "schema": "simulate/1", "name": "single", "seed": 3,
              "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
              "workloads": {
                "chat": { "kind": "serving", "model": "qwen3-8b", "max_context": 8192, "slo": { "ttft": "3 s" },
                  "traffic": { "generate": { "requests": 30, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
                    "input_tokens": { "kind": "constant", "value": 1000 },
                    "output_tokens": { "kind": "constant", "value": 50 } } },
                  "pools": { "all": { "role": "mixed", "nodes": "h20", "tensor_parallel": 2, "replicas": 2 } } },
                "pretrain": { "kind": "training", "model": "qwen2.5-7b", "nodes": "h20", "devices": 8, "steps": 2,
                  "batch": { "sequences": 8, "sequence_tokens": 4096 }, "train": { "tensor_parallel": 2 } },
                "batch": { "kind": "jobs", "compare_alone": true,
                  "traffic": { "generate": { "jobs": 20, "arrivals": { "kind": "poisson", "rate_per_s": 1 },
                    "duration": { "median": "2 s", "p90": "5 s" }, "tenants": { "one": 1 } } },
                  "policy": { "when_blocked": "skip", "placement": "pack" },
                  "submit": [ { "at": "3 s", "workload": "chat", "tenant": "one" },
                              { "at": "0 s", "workload": "pretrain", "tenant": "one" } ] } } }
            """
        let run = try run(text)
        let tenant = try #require(run.sharesOfAlone[0]?.tenants.first)
        #expect(tenant.parts.map(\.name) == ["pretrain", "chat", "batch"])
        #expect(tenant.parts.map(\.measure) == [.stepsPerSecond, .goodRequests, .jobsPerSecond])
        #expect(tenant.parts.allSatisfy { $0.share == 1 && $0.alone > 0 })
        #expect(run.checks.allSatisfy { $0.holds })
        // Good requests are those of the serving result.
        #expect(run.outcomes[0].good.map(Double.init) == tenant.parts[1].attained)
    }

    /// Without an objective nothing says which requests are good.
    @Test func servingNeedsAnObjective() throws {
        let text = """
            { "schema": "simulate/1", "name": "x", "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
              "workloads": {
                "chat": { "kind": "serving", "model": "qwen3-8b",
                  "traffic": { "generate": { "requests": 3, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
                    "input_tokens": { "kind": "constant", "value": 10 }, "output_tokens": { "kind": "constant", "value": 5 } } },
                  "pools": { "all": { "role": "mixed", "nodes": "h20", "replicas": 1 } } },
                "batch": { "kind": "jobs", "compare_alone": true, "submit": [ { "at": "3 s", "workload": "chat" } ] } } }
            """
        do throws(JSONProblems) {
            _ = try ScenarioDocument(JSONDocument(text: text, file: "x.json"), folder: "", settings: []).checked()
            Issue.record("accepted")
        } catch {
            #expect(error.problems.map(\.message) == ["counts good requests, and chat has no slo"])
        }
    }

    /// The shipped scenario with less of everything: one command, all policies, one answer by the stated rule.
    @Test func twoTenantsOnTwoKindsOfCards() throws {
        let document = try ScenarioDocument(
            contentsOf: packageFolder + "/Scenarios/two-tenants-a2-h20.json",
            settings: [
                "workloads.chat.traffic.generate.requests=300", "workloads.grpo.steps=2",
                "workloads.batch.traffic.generate.jobs=40",
            ])
        let names = ["base", "hard-quota", "priority"]
        let runs = try names.map { name in
            let checked = try document.checked(variant: name)
            var world = checked.world()
            world.run()
            return VariantRun(name: name, scenario: checked, world: world)
        }
        let least = try runs.map { try #require($0.sharesOfAlone[0]?.least) }
        for run in runs {
            #expect(run.checks.allSatisfy { $0.holds })
            #expect(run.outcomes[0].completed == 300 && run.learning[0].steps == 2)
            #expect(run.scheduling[0].completed == run.scheduling[0].arrived)
            let memory = run.world.machine.cluster.memory
            #expect((memory.devices + memory.hosts).allSatisfy { $0.usedBytes == 0 })
        }
        let result = ResultDocument(scenario: document.value, variants: runs).value
        let comparison = try #require(result["tenant_comparison"])
        let best = try #require(comparison["best"]?.stringValue)
        let index = try #require(names.firstIndex(of: best))
        #expect(least.allSatisfy { $0 <= least[index] + 0.005 })
        #expect(comparison["variants"]?["base"]?["least_share_of_alone"]?.numberValue == least[0])
        let text = SummaryTable(name: "two tenants", runs: runs).text
        #expect(text.contains("Serves all tenants best: \(best), "))
        #expect(text.contains("of alone: product, chat"))
        #expect(text.contains(SharesOfAlone.definition))
    }
}
