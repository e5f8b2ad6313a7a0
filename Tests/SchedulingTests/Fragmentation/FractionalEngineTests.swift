import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Scheduling

@Suite struct FractionalEngineTests {
    private func run(
        _ workload: FractionalWorkload, on start: Machine, check: (FractionalEngine, Machine) -> Void = { _, _ in }
    ) -> FractionalEngine {
        var (machine, queue) = (start, EventQueue())
        var engine = FractionalEngine(workload: workload, component: 0)
        engine.start(&queue, &machine)
        while let event = queue.pop() {
            engine.handle(event, &queue, &machine)
            check(engine, machine)
        }
        check(engine, machine)
        return engine
    }

    private func task(_ submit: Int64, _ duration: Int64, _ milli: Int32, devices: Int32 = 1) -> FractionalTask {
        FractionalTask(
            name: "", submitted: submit * second, duration: duration * second,
            request: FractionalRequest(devices: devices, deviceMilli: milli))
    }

    @Test func tasksShareADeviceAndWaitForRoom() throws {
        let tasks = [task(0, 10, 600), task(1, 10, 500), task(2, 3, 400), task(3, 5, 1000)]
        func spans(_ skips: Bool) throws -> [[Int64]] {
            let engine = run(
                FractionalWorkload(
                    name: "pods", seed: 1, policy: .bestFit, skipsBlocked: skips, tasks: tasks),
                on: try genericMachine(nodes: 1, devices: 1))
            return engine.records.map { [($0.start ?? -1) / second, ($0.end ?? -1) / second] }
        }
        // 500 does not fit beside 600; 400 does, and goes ahead only where it may.
        #expect(try spans(true) == [[0, 10], [10, 20], [2, 5], [20, 25]])
        #expect(try spans(false) == [[0, 10], [10, 20], [10, 13], [20, 25]])
    }

    @Test(arguments: FractionalPolicy.allCases)
    func theLawsHold(policy: FractionalPolicy) throws {
        var random = RandomStream(seed: 3, name: "tasks")
        var now: Int64 = 0
        let tasks = (0..<80).map { _ in
            now += Int64(random.uniform(below: 5))
            let isWhole = random.bernoulli(0.3)
            return task(
                now, Int64(1 + random.uniform(below: 60)), isWhole ? 1000 : Int32(100 * (1 + random.uniform(below: 9))),
                devices: isWhole ? Int32(1 + random.uniform(below: 3)) : 1)
        }
        let engine = run(
            FractionalWorkload(name: "pods", seed: 5, policy: policy, skipsBlocked: true, tasks: tasks),
            on: try genericMachine(nodes: 3, devices: 4)
        ) { engine, machine in
            let isDone = engine.records.count == 80 && engine.records.allSatisfy { $0.end != nil }
            #expect((0..<3).allSatisfy { machine.cluster.freeDeviceCount(NodeID($0)) == (isDone ? 4 : 0) })
        }
        var work = 0.0
        for (task, record) in zip(tasks, engine.records) {
            let start = try #require(record.start)
            #expect(start >= task.submitted && record.end == start + task.duration)
            work += Double(task.request.totalMilli) * Double(task.duration)
        }
        #expect(isWithin(1e-9, engine.busyMilli, work))
        // No device holds more than itself at any start.
        for instant in engine.records.compactMap(\.start) {
            var used: [DeviceID: Int32] = [:]
            for (index, record) in engine.records.enumerated() {
                guard let start = record.start, let end = record.end, start <= instant, instant < end else { continue }
                for device in engine.devices(of: index) { used[device, default: 0] += tasks[index].request.deviceMilli }
            }
            #expect(used.values.allSatisfy { $0 <= 1000 })
        }
        #expect(engine.peakMilli <= 12_000)
    }
}
