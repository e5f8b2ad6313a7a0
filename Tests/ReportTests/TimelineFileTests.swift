import EventEngine
import Foundation
import JSONText
import Testing

@testable import Report

/// Timeline files, read back through their JSON form; the test of the Python package reads the other one.
@Suite struct TimelineFileTests {
    /// A slice as it stands in a file; one that the file does not end has no end.
    private struct Slice: Hashable {
        var track: Int
        var name: String
        var from: Double
        var to: Double?
    }

    private struct Contents {
        var slices: [Slice] = []
        var counters: [(time: Double, value: Double)] = []
        var faults = 0
    }

    private func read(_ path: String) throws -> Contents {
        var contents = Contents(), stacks: [Int: [Int]] = [:]
        let document = try JSONDocument(contentsOf: path).value
        for event in document["traceEvents"]?.arrayValue ?? [] {
            let track = Int(event["tid"]?.numberValue ?? 0), time = event["ts"]?.numberValue ?? 0
            switch event["ph"] {
            case "B":
                contents.slices.append(
                    Slice(track: track, name: event["name"]?.stringValue ?? "", from: (time * 1000).rounded()))
                stacks[track, default: []].append(contents.slices.count - 1)
            case "E":
                if let index = stacks[track, default: []].popLast() {
                    contents.slices[index].to = (time * 1000).rounded()
                } else {
                    contents.faults += 1
                }
            case "C":
                contents.counters.append(((time * 1000).rounded(), event["args"]?.objectValue?["n"]?.numberValue ?? -1))
            default: break
            }
        }
        return contents
    }

    /// Nested slices on a few tracks, drawn from a seed, with a counter.
    private func random(_ seed: UInt64, _ window: Range<Nanoseconds>) -> TimelineRecorder {
        var random = RandomStream(seed: seed, name: "timeline"),
            recorder = TimelineRecorder(level: .step, window: window)
        let group = recorder.group("g"), counter = recorder.counter("c", unit: "n", in: group)
        let tracks = (0..<3).map { recorder.track("t\($0)", in: group) }
        let names = (0..<4).map { recorder.name("n\($0)") }
        for track in tracks {
            var time: Int64 = 0, depth = 0
            for _ in 0..<100 {
                time += Int64(random.uniform(below: 20))
                if depth == 0 || (depth < 4 && random.uniform(below: 2) == 0) {
                    recorder.begin(track, names[random.uniform(below: 4)], at: time)
                    recorder.argument(names[0], time)
                    depth += 1
                } else {
                    recorder.end(track, at: time)
                    depth -= 1
                }
            }
            while depth > 0 {
                recorder.end(track, at: time)
                depth -= 1
            }
        }
        for time in 0..<100 { recorder.count(counter, Double(time / 3), at: Int64(time) * 20) }
        return recorder
    }

    private func write(
        _ recorder: TimelineRecorder, limit: Int = .max, window: Range<Nanoseconds> = 0..<Nanoseconds.max,
        _ body: ([Contents], [(path: String, bytes: Int)]) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var recorder = recorder
        var file = TimelineFile<ChromeTraceEncoder>(path: folder + "/run.json", limit: limit, window: window)
        file.write(&recorder)
        try file.finish(recorder)
        try body(try file.segments.map { try read($0.path) }, file.segments)
    }

    @Test func whatIsRecordedIsWritten() throws {
        for seed in UInt64(0)..<3 {
            let recorder = random(seed, 0..<Nanoseconds.max)
            try write(recorder) { contents, segments in
                #expect(contents.count == 1 && contents[0].faults == 0)
                #expect(contents[0].slices.count == recorder.entries.count { $0.kind == .begin })
                #expect(contents[0].slices.allSatisfy { $0.to != nil })
                #expect(contents[0].counters.count == 34)
                let size = try FileManager.default.attributesOfItem(atPath: segments[0].path)[.size] as? Int
                #expect(size == segments[0].bytes)
            }
        }
    }

    /// A window shows of every slice what lies in it.
    @Test func aWindowCutsSlicesAtItsEdges() throws {
        for seed in UInt64(0)..<4 {
            let window: Range<Nanoseconds> = 300..<700
            try write(random(seed, 0..<Nanoseconds.max)) { all, _ in
                try write(random(seed, window), window: window) { cut, _ in
                    let expected = all[0].slices.compactMap { slice -> Slice? in
                        guard let to = slice.to, slice.from < 700, to > 300 else { return nil }
                        return Slice(
                            track: slice.track, name: slice.name, from: max(300, slice.from), to: min(700, to))
                    }
                    // What takes no time at the very edge may be shown, with what is around it.
                    let shown = cut[0].slices.filter { $0.to != 300 }
                    #expect(Set(shown) == Set(expected) && shown.count == expected.count,
                        "seed \(seed): \(Set(shown).symmetricDifference(expected))")
                    #expect(cut[0].faults == 0)
                    // The counter's value when the window begins, and each one in it.
                    #expect(cut[0].counters.map(\.time).first == 300)
                    #expect(cut[0].counters.map(\.value) == [4] + Array(stride(from: 5.0, through: 11, by: 1)))
                }
            }
        }
    }

    /// Every slice ends in exactly one file, and no file exceeds the limit.
    @Test func segmentsHoldEverySliceOnce() throws {
        for seed in UInt64(0)..<3 {
            let recorder = random(seed, 0..<Nanoseconds.max)
            try write(recorder) { whole, _ in
                try write(recorder, limit: 5_000) { parts, segments in
                    #expect(parts.count > 2)
                    #expect(segments.allSatisfy { $0.bytes <= 5_000 })
                    #expect(parts.allSatisfy { $0.faults == 0 })
                    let ended = parts.flatMap(\.slices).filter { $0.to != nil }
                    #expect(ended.count == whole[0].slices.count)
                    #expect(Set(ended) == Set(whole[0].slices))
                    #expect(segments[1].path.hasSuffix("/run.2.json"))
                }
            }
        }
    }

    @Test func aFolderThatIsNotThereIsAProblem() {
        var recorder = random(1, 0..<Nanoseconds.max)
        var file = TimelineFile<PerfettoEncoder>(path: "/nowhere/run.pftrace", limit: .max, window: 0..<Nanoseconds.max)
        file.write(&recorder)
        #expect(throws: FileProblem.self) { try file.finish(recorder) }
    }

    @Test(arguments: [
        ("run.txt", nil, nil, nil, "--timeline run.txt: the name of the file says its format"),
        ("run.json", "steps", nil, nil, "did you mean step?"),
        ("run.json", "off", nil, nil, "expected one of job, request, step, operator"),
        ("run.json", nil, "5", nil, "expected from:to"),
        ("run.json", nil, "5:6", nil, "5: expected a time with its unit; write \"5 s\""),
        ("run.json", nil, "6s:5s", nil, "it ends before it begins"),
        ("run.json", nil, nil, 1000, "expected at least 65536"),
    ] as [(String, String?, String?, Int?, String)])
    func wrongSettingsSayWhatToWrite(
        _ path: String, _ level: String?, _ window: String?, _ bytes: Int?, _ expected: String
    ) throws {
        let problem = try #require(throws: TimelineSettingProblem.self) {
            try TimelineSettings(path: path, level: level, window: window, maximumBytes: bytes)
        }
        #expect(problem.description.contains(expected), "\(problem)")
    }

    @Test func settingsAreReadAsTheyAreWritten() throws {
        let settings = try TimelineSettings(path: "a.perfetto-trace", level: "request", window: "1 s:2min")
        #expect(settings.level == .request && settings.window == 1_000_000_000..<120_000_000_000)
        #expect(try TimelineSettings(path: "a.json", window: ":5ms").window == 0..<5_000_000)
        #expect(try TimelineSettings(path: "a.json", window: "5ms:").window == 5_000_000..<Nanoseconds.max)
        #expect(try TimelineSettings(path: "a.json").level == .step)
    }
}

@Suite struct ProtobufBufferTests {
    /// Worked by hand from the encoding's description.
    @Test func fieldsAreEncodedAsDescribed() {
        var buffer = ProtobufBuffer()
        buffer.integer(1, 150)
        buffer.text(2, "testing")
        buffer.signed(4, -1)
        buffer.fixed(47, 1)
        buffer.message(3) { $0.integer(1, 150) }
        #expect(buffer.bytes == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8)
            + [0x20] + Array(repeating: 0xFF, count: 9) + [0x01]
            + [0xF9, 0x02, 1, 0, 0, 0, 0, 0, 0, 0] + [0x1A, 0x03, 0x08, 0x96, 0x01])
    }

    @Test func lengthsGrowAsTheyMust() {
        for length in [0, 127, 128, 16_383, 16_384] {
            var buffer = ProtobufBuffer()
            buffer.message(1) { message in for _ in 0..<length { message.bytes.append(7) } }
            let prefix = length < 128 ? 1 : length < 16_384 ? 2 : 3
            #expect(buffer.bytes.count == 1 + prefix + length)
            #expect(buffer.bytes[1] == UInt8(length & 0x7F) | (length < 128 ? 0 : 0x80))
        }
    }
}
