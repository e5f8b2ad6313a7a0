import EventEngine
import Testing
import TraceFormats

@testable import Scheduling

/// The allocation that a cluster of 1,213 nodes with 6,212 GPUs reaches when what has arrived asks for all of it,
/// against the published curves: means over ten seeds there, one seed here (they spread by half a point).
@Suite(.enabled(if: realData("jobs/alibaba-gpu-2023") != nil, "real data not found: set SIMULATE_DATA"))
struct OpenBTests {
    private static let published: [(FractionalPolicy, Double)] = [
        (.random, 86.3), (.dotProduct, 90.6), (.packing, 91.8), (.bestFit, 92.9), (.fragmentationGradientDescent, 95.2),
    ]

    @Test func allocationsAreThePublishedOnesInTheirOrder() throws {
        let folder = try #require(realData("jobs/alibaba-gpu-2023"))
        let nodes = try OpenBFormat.nodes(path: folder + "/openb_node_list_gpu_node.csv")
        let pods = try OpenBFormat.pods(path: folder + "/openb_pod_list_default.csv")
        let cluster = OpenB.cluster(nodes)
        #expect(nodes.count == 1213 && pods.count == 8152 && cluster.totalMilli == 6_212_000)
        let requests = pods.map { OpenB.request($0, models: OpenB.models(of: nodes)) }
        let mix = RequestMix.typical(of: requests)
        var last = 0.0
        for (policy, expected) in Self.published {
            let values = (1...1).map { (seed: UInt64) in
                var random = RandomStream(seed: seed, name: "arrivals")
                let arrivals = ArrivalStudy.arrivals(requests, cluster: cluster, inflation: 1.3, random: &random)
                return 100 * ArrivalStudy.allocation(
                    arrivals,
                    on: FractionalScheduler(
                        cluster, policy: policy, mix: mix, random: RandomStream(seed: seed, name: "placement")))
            }
            #expect(abs(mean(values) - expected) <= 1.2, "\(policy): \(mean(values))")
            #expect(mean(values) > last)
            last = mean(values)
        }
    }

    @Test func theOtherListsAreRead() throws {
        let folder = try #require(realData("jobs/alibaba-gpu-2023"))
        let all = try OpenBFormat.nodes(path: folder + "/openb_node_list_all_node.csv")
        #expect(all.count == 1523 && all.reduce(0) { $0 + $1.gpus } == 6212 && all[0].model.isEmpty)
        let share = try OpenBFormat.pods(path: folder + "/openb_pod_list_gpushare100.csv")
        #expect(share.count == 8152 && share.allSatisfy { $0.gpus <= 1 })
        let multi = try OpenBFormat.pods(path: folder + "/openb_pod_list_multigpu50.csv")
        #expect(multi.count == 9061 && multi.allSatisfy { $0.created == nil })
        let pods = try OpenBFormat.pods(path: folder + "/openb_pod_list_default.csv")
        #expect(pods.count { $0.scheduled == nil } == 897)
        #expect(pods.count { $0.gpus == 1 && $0.gpuMilli < 1000 } == 3078)
    }
}
