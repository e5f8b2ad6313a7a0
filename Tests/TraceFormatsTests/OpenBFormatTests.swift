import Testing
import TraceFormats

@Suite struct OpenBFormatTests {
    @Test func nodesAndPods() throws {
        let nodes = try OpenBFormat.nodes(
            bytes: Array("sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,P100\nn1,32000,1024,0,\n".utf8),
            name: "nodes.csv")
        #expect(nodes.map(\.gpus) == [2, 0] && nodes.map(\.model) == ["P100", ""])
        let text = """
            name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
            p0,12000,16384,1,460,V100M16|V100M32,LS,Running,5,12537496,9
            p1,6000,12288,0,0,,BE,Pending,427061,,
            """
        let pods = try OpenBFormat.pods(bytes: Array(text.utf8), name: "pods.csv")
        #expect(pods[0].models == ["V100M16", "V100M32"] && pods[0].gpuMilli == 460)
        #expect((pods[0].created, pods[0].deleted, pods[0].scheduled) == (5, 12_537_496, 9))
        #expect(pods[1].deleted == nil && pods[1].scheduled == nil && pods[1].models.isEmpty)
    }

    @Test(arguments: [
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,2,500\n",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,1,1500\n",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,-1,1,1,1000\n",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,1\n", "name,cpu,memory_mib,num_gpu,gpu_milli\np,1,1,1,1\n",
    ])
    func aWrongPodIsRefused(text: String) {
        #expect(throws: TraceProblem.self) { try OpenBFormat.pods(bytes: Array(text.utf8), name: "pods.csv") }
    }
}
