import EventEngine
import Testing

@testable import Report

/// Events of many sources in one order of time.
@Suite struct FlowMergeTests {
    /// Units with events at given times; each tells its source, unit and place.
    private struct Listed: FlowSource {
        let source: Int
        let units: [[Nanoseconds]]

        var count: Int { units.count }
        func start(of unit: Int) -> Nanoseconds { units[unit].min() ?? 0 }
        func events(of unit: Int) -> [FlowEvent] {
            units[unit].enumerated().map { place, time in
                FlowEvent(time: time, fact: .explanation("\(source) \(unit) \(place)"))
            }
        }
    }

    private func sources(_ seed: UInt64) -> [Listed] {
        var random = RandomStream(seed: seed, name: "merge")
        return (0..<random.uniform(below: 5)).map { source in
            var start: Int64 = 0
            return Listed(source: source, units: (0..<random.uniform(below: 20)).map { _ in
                start += Int64(random.uniform(below: 4))
                return [start] + (0..<random.uniform(below: 6)).map { _ in start + Int64(random.uniform(below: 30)) }
            })
        }
    }

    private func text(_ event: FlowEvent) -> String {
        if case .explanation(let text) = event.fact { text } else { "" }
    }

    /// The same as sorting everything; what stands first in its list goes first among equals of one unit.
    @Test(arguments: 0..<200) func theOrderIsThatOfTime(_ seed: UInt64) {
        let sources = sources(seed)
        var merge = FlowMerge(sources)
        var found: [FlowEvent] = []
        while let event = merge.pop() { found.append(event) }
        let all = sources.flatMap { source in (0..<source.count).flatMap { source.events(of: $0) } }
        #expect(found.map(\.time) == all.map(\.time).sorted())
        #expect(Set(found.map(text)) == Set(all.map(text)) && found.count == all.count)
        var places: [String: (time: Nanoseconds, place: Int)] = [:]
        for event in found {
            let words = text(event).split(separator: " ")
            let unit = "\(words[0]) \(words[1])", place = Int(words[2]) ?? -1
            if let last = places[unit], last.time == event.time { #expect(last.place < place) }
            places[unit] = (event.time, place)
        }
    }

    @Test func nothingGivesNothing() {
        var merge = FlowMerge([])
        #expect(merge.pop() == nil)
        merge = FlowMerge([Listed(source: 0, units: [])])
        #expect(merge.pop() == nil)
    }
}

extension FlowEvent: Equatable {
    public static func == (left: FlowEvent, right: FlowEvent) -> Bool { left.time == right.time }
}
