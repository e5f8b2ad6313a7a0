import Testing
import TraceFormats

@Suite struct PolluxFormatTests {
    @Test func workloadsAndSteps() throws {
        let jobs = try PolluxFormat.workload(
            bytes: Array("name,time,application,num_replicas,batch_size\ncifar10-0,107,cifar10,6,2048\n".utf8),
            name: "w")
        #expect(jobs[0].arrival == 107_000_000_000 && jobs[0].replicas == 6 && jobs[0].application == "cifar10")
        let placements = try PolluxFormat.steps(
            bytes: Array("placement,local_bsz,step_time,sync_time\n134,4,0.5,0.25\n".utf8), name: "p")
        #expect(placements[0].nodes == 3 && placements[0].replicas == 8 && placements[0].largest == 4)
        #expect(placements[0].step == 500_000_000 && placements[0].synchronisation == 250_000_000)
        let scalability = try PolluxFormat.steps(
            bytes: Array("num_nodes,num_replicas,local_bsz,step_time,sync_time\n6,24,4,1,0\n".utf8), name: "s")
        #expect(scalability[0].nodes == 6 && scalability[0].replicas == 24 && scalability[0].largest == nil)
    }

    @Test(arguments: ["104", "", "1x"])
    func aWrongPlacementIsRefused(placement: String) {
        #expect(throws: TraceProblem.self) {
            try PolluxFormat.steps(
                bytes: Array("placement,local_bsz,step_time,sync_time\n\(placement),4,1,0\n".utf8), name: "p")
        }
    }
}
