import EventEngine
import Hardware
import ReinforcementLearning
import Scheduling

/// What workloads that keep records of their own show in a timeline; written at the end of a run, which it does not
/// change.
enum WorkloadRows {
    /// A step of reinforcement learning with its phases inside, and an arrow from new weights to what waits for them.
    static func record(_ engine: ReinforcementLearningEngine, _ machine: inout Machine) {
        let records = engine.stepRecords
        guard !records.isEmpty else { return }
        let group = machine.timeline.group(engine.configuration.name)
        let row = machine.timeline.track("steps", in: group)
        let step = machine.timeline.name("step")
        let names = StepPhase.allCases.map { machine.timeline.name($0.name) }
        for (number, record) in records.enumerated() {
            machine.timeline.begin(row, step, number: Int64(number), at: record.start)
            var time = record.start
            var weights: Int64?
            for phase in StepPhase.allCases where record.phases[phase.rawValue] > 0 {
                machine.timeline.begin(row, names[phase.rawValue], at: time)
                if phase == .weightSync || phase == .reshardToInfer {
                    let arrow = weights ?? machine.timeline.newFlow()
                    machine.timeline.flow(arrow)
                    weights = arrow
                } else if let arrow = weights {
                    machine.timeline.endFlow(arrow)
                    weights = nil
                }
                time += record.phases[phase.rawValue]
                machine.timeline.end(row, at: time)
            }
            machine.timeline.end(row, at: record.end)
        }
    }

    /// Every run of every job, as many rows as jobs ran at once, and below them every wait.
    static func record(_ engine: SchedulingEngine, _ machine: inout Machine) {
        let segments = engine.segments.sorted { ($0.start, $0.job) < ($1.start, $1.job) }
        guard engine.configuration.list.count > 0 else { return }
        let group = machine.timeline.group(engine.configuration.name)
        var lanes = TimelineLanes("jobs", in: group)
        var running: [(end: Nanoseconds, row: TimelineTrack)] = []
        for segment in segments {
            running.removeAll { entry in
                guard entry.end <= segment.start else { return false }
                lanes.give(entry.row)
                return true
            }
            let row = lanes.take(&machine.timeline)
            let name = machine.timeline.name(engine.configuration.list.names[Int(segment.job)])
            machine.timeline.slice(row, name, from: segment.start, to: segment.end)
            running.append((segment.end, row))
        }
        recordWaits(engine, in: group, &machine)
    }
}
