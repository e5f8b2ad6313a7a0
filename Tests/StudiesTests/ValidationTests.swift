import Foundation
import JSONText
import Testing

@testable import Studies

/// Manifests: what they read, what they refuse, and what comes of them.
@Suite struct ValidationTests {
    private static let data = ProcessInfo.processInfo.environment["SIMULATE_DATA"] ?? packageFolder + "/../shared/data"

    /// A folder with a small table and its manifest.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws -> String {
            try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
            return path + "/" + name
        }

        func study(_ manifest: String) throws -> ValidationStudy {
            try ValidationStudy(ValidationManifest(contentsOf: write("manifest.json", manifest), data: path))
        }
    }

    private static let scenario = """
        {"schema": "simulate/1", "name": "s", "cluster": {"nodes": {"n": {"type": "hgx-h100", "count": 1}}},
         "workloads": {"load": {"kind": "serving", "model": "llama-3.1-8b",
           "traffic": {"generate": {"requests": 4, "arrivals": {"kind": "closed-loop", "concurrency": 1},
             "input_tokens": {"kind": "constant", "value": 100}, "output_tokens": {"kind": "constant", "value": 10}}},
           "pools": {"mixed": {"role": "mixed", "nodes": "n", "replicas": 1}}}}}
        """

    private static func rows(_ cases: String = "", columns: String? = nil) -> String {
        """
        {"schema": "simulate-validation/1", "name": "rows", "scenario": \(scenario),
         "cases": {"kind": "rows", "file": "table.csv", "label": "{model} {batch}", "group": "{model}",
           "set": {"workloads.load.traffic.generate.arrivals.concurrency": "{batch}",
                   "workloads.load.traffic.generate.requests": "{batch*4}",
                   "workloads.load.model": "{model}"}\(cases)},
         "measured": {"columns": \(columns ?? "{\"tpot_s.mean\": {\"column\": \"tpot_ms\", \"scale\": 0.001}}")}}
        """
    }

    @Test func rowsSetTheScenario() async throws {
        let folder = try Folder()
        _ = try folder.write("table.csv", """
            model,batch,tpot_ms
            llama-3.1-8b,1,10
            llama-3.1-8b,64,10
            llama-3.1-8b,64,10
            llama-2-7b,1,10
            unknown-model,1,10
            """)
        let all = try folder.study(Self.rows())
        let result = await all.run(jobs: 2)
        #expect(result.cases.map(\.label) == ["llama-3.1-8b 1", "llama-3.1-8b 64", "llama-3.1-8b 64", "llama-2-7b 1"])
        #expect(result.groups == ["llama-3.1-8b", "llama-2-7b"])
        let predicted = result.cases.map { $0.figures[0].predicted }
        #expect(predicted[1] > predicted[0])
        #expect(predicted[1] == predicted[2])
        #expect(predicted[3] < predicted[0])
        #expect(result.uncovered.count == 1)
        #expect(result.uncovered[0].reason.contains("unknown-model") || result.uncovered[0].reason.contains("model"))

        let fewer = try folder.study(Self.rows(", \"drop_duplicates_except\": [], \"where\": {\"batch\": [\"64\"]}"))
        #expect(fewer.duplicates == 1)
        #expect(fewer.count == 1)
        // The same figures however many run at once.
        #expect(await fewer.run(jobs: 1).cases[0].figures[0].predicted == predicted[1])
    }

    @Test func repeatedMeasurementsGiveTheirMedian() async throws {
        let folder = try Folder()
        _ = try folder.write(
            "table.csv", "model,batch,tpot_ms\n" + [7, 100, 8].map { "llama-3.1-8b,1,\($0)\n" }.joined())
        let result = await (try folder.study(Self.rows(", \"merge_by\": [\"model\", \"batch\"]"))).run()
        #expect(result.cases.count == 1)
        #expect(result.cases[0].figures[0].measured == 0.008)
    }

    @Test func drawsGiveIntervals() async throws {
        let folder = try Folder()
        _ = try folder.write("table.csv", "model,batch,tpot_ms\nllama-3.1-8b,1,10\n")
        let result = await (try folder.study(Self.rows())).run(draws: 8)
        let figure = result.cases[0].figures[0]
        let interval = try #require(figure.interval)
        #expect(interval.lowerBound < figure.predicted && figure.predicted < interval.upperBound)
        #expect(result.errors(of: "tpot_s.mean")?.coverage == (interval.contains(0.01) ? 1 : 0))
    }

    /// Errors by hand: +20 %, -10 % and 0.
    @Test func errorsAreSignedSharesOfTheMeasurement() throws {
        let figures = [(12.0, 10.0), (9, 10), (10, 10)].map {
            ValidatedFigure(metric: "tpot_s.mean", stage: nil, predicted: $0.0, measured: $0.1, interval: nil)
        }
        let result = ValidationResult(
            name: "r", description: "", fitted: [],
            cases: [ValidatedCase(label: "", group: "", figures: figures)], duplicates: 0, uncovered: [],
            bars: [ValidationBar(metric: "tpot_s.mean", statistic: .worst, atMost: 0.25)])
        let errors = try #require(result.errors(of: "tpot_s.mean"))
        #expect(abs(errors.meanAbsolute - 0.1) < 1e-12)
        #expect(abs(errors.medianAbsolute - 0.1) < 1e-12)
        #expect(abs(errors.p95Absolute - 0.2) < 1e-12)
        #expect(errors.bias == 0)
        let worst = try #require(result.value(of: result.bars[0]))
        #expect(abs(worst - 0.2) < 1e-12)
    }

    @Test(arguments: [
        ("\"where\": {\"batches\": [\"1\"]}", "did you mean batch?"), ("\"merge_by\": [\"zzz\"]", "has no column zzz"),
        ("\"where\": {\"batch\": [\"9\"]}", "no row is left"), ("\"filter\": {}", "unknown key"),
    ])
    func mistakesAreNamed(_ cases: String, _ message: String) throws {
        let folder = try Folder()
        _ = try folder.write("table.csv", "model,batch,tpot_ms\nllama-3.1-8b,1,10\n")
        let error = #expect(throws: (any Error).self) { _ = try folder.study(Self.rows(", " + cases)) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(message))
    }

    @Test func anUnknownMetricIsNamed() throws {
        let folder = try Folder()
        _ = try folder.write("table.csv", "model,batch,tpot_ms\nllama-3.1-8b,1,10\n")
        let error = #expect(throws: JSONProblems.self) {
            try folder.study(Self.rows(columns: "{\"tpot.mean\": {\"column\": \"tpot_ms\"}}"))
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("unknown metric tpot.mean"))
    }

    /// The case that is shipped with its figures.
    @Test func publishedPointsAreMet() async throws {
        let manifest = try ValidationManifest(contentsOf: packageFolder + "/Validation/published.json", data: "")
        let result = await (try ValidationStudy(manifest)).run(jobs: 2)
        #expect(result.cases.count == 6)
        #expect(result.uncovered.isEmpty)
        try expectBars(of: result, count: 2)
    }

    /// The measured runs that are shipped as manifests, whole or a part: what the README states of them.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: data + "/e2e"), "real data not found: set SIMULATE_DATA"),
        arguments: [
            ("llmservingsim-rtx4090", 1, 3), ("llmservingsim-rtxpro6000", 1, 3), ("h20-kv-transfer", 1, 1),
            ("aiconfigurator-h100-vllm-0.12", 11, 1),
        ])
    func measuredRunsAreMet(_ name: String, _ step: Int, _ bars: Int) async throws {
        let manifest = try ValidationManifest(
            contentsOf: packageFolder + "/Validation/\(name).json", data: Self.data)
        try expectBars(of: await (try ValidationStudy(manifest)).run(every: step, jobs: 2), count: bars)
    }

    /// Two of the runs with shared prefixes: stages and whole runs are told apart.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: data + "/e2e"), "real data not found: set SIMULATE_DATA"))
    func runsOfSharedPrefixesAreNear() async throws {
        let manifest = try ValidationManifest(contentsOf: packageFolder + "/Validation/blis-h100.json", data: Self.data)
        let result = await (try ValidationStudy(manifest)).run(every: 5, jobs: 2)
        #expect(result.cases.map(\.group) == ["own figures", "own figures"])
        #expect(result.errors(of: "itl_s.mean")?.count == 2)
        #expect(result.errors(of: "itl_s.mean of stages")?.count == 4)
        for metric in ["itl_s.mean", "e2e_s.mean"] {
            #expect(try #require(result.errors(of: metric)).largestAbsolute < 0.09)
        }
    }

    private func expectBars(of result: ValidationResult, count: Int) throws {
        #expect(result.bars.count == count)
        for bar in result.bars {
            let value = try #require(result.value(of: bar))
            #expect(value <= bar.atMost, "\(result.name) \(bar.metric): \(value)")
        }
    }
}
