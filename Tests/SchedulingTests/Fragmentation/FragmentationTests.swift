import EventEngine
import Testing

@testable import Scheduling

@Suite struct FragmentationTests {
    /// Half of the tasks ask for 0.3 of a device, 30 % for 0.6, 20 % for two.
    private let mix = RequestMix([
        (FractionalRequest(devices: 1, deviceMilli: 300), 0.5), (FractionalRequest(devices: 1, deviceMilli: 600), 0.3),
        (FractionalRequest(devices: 2), 0.2),
    ])

    @Test func theHandWorkedCase() {
        // One node with 0.5 and 1.0 free; half a device is taken of the one or of the other.
        #expect(abs(mix.fragmentMilli(cpuFree: 0, free: [500, 1000]) - 450) < 1e-9)
        #expect(abs(mix.fragmentMilli(cpuFree: 0, free: [0, 1000]) - 200) < 1e-9)
        #expect(abs(mix.fragmentMilli(cpuFree: 0, free: [500, 500]) - 500) < 1e-9)
        var scheduler = FractionalScheduler(
            FractionalCluster([.init(cpuMilli: 0, memoryBytes: 0, devices: 2)]), policy: .fragmentationGradientDescent,
            mix: mix, random: RandomStream(seed: 1, name: ""))
        _ = scheduler.place(FractionalRequest(devices: 1, deviceMilli: 500))
        #expect(abs(scheduler.fragmentMilli() - 450) < 1e-9)
        #expect(
            scheduler.place(FractionalRequest(devices: 1, deviceMilli: 500)) == FractionalPlace(node: 0, devices: [0]))
        #expect(abs(scheduler.fragmentMilli() - 200) < 1e-9)
    }

    @Test func whatNoTaskCanUseIsAFragment() {
        let mix = RequestMix(
            [(FractionalRequest(cpuMilli: 4000, devices: 1), 0.75), (FractionalRequest(devices: 0), 0.25)])
        // Too few processors for those who use devices: all is lost. Enough: all but the part of those who use none.
        #expect(mix.fragmentMilli(cpuFree: 3999, free: [1000, 1000]) == 2000)
        #expect(mix.fragmentMilli(cpuFree: 4000, free: [1000, 1000]) == 500)
        #expect(mix.fragmentMilli(cpuFree: 4000, free: [0]) == 0)
        let picky = RequestMix([(FractionalRequest(devices: 1, models: 0b10), 1)])
        #expect(picky.fragmentMilli(cpuFree: 0, free: [1000], model: 0) == 1000)
        #expect(picky.fragmentMilli(cpuFree: 0, free: [1000], model: 1) == 0)
    }

    @Test func theMixOfAListLeavesOutWhatIsRare() {
        let often = FractionalRequest(memoryBytes: 5, devices: 1, deviceMilli: 300)
        let list = [often] + (0..<18).map { FractionalRequest(memoryBytes: $0, devices: 1, deviceMilli: 300) }
        let rare = FractionalRequest(devices: 8)
        let expected = RequestMix([(FractionalRequest(devices: 1, deviceMilli: 300), 1)])
        #expect(RequestMix.typical(of: list + [rare]) == expected)
        #expect(RequestMix.typical(of: list + [rare], covering: 1).classes.map(\.devices) == [1, 8])
    }

    @Test(arguments: FractionalPolicy.allCases)
    func placementsKeepTheLawsAndTheirScoresStayTrue(policy: FractionalPolicy) {
        var random = RandomStream(seed: 4, name: "fragments")
        for _ in 0..<10 {
            let cluster = FractionalCluster(
                (0..<6).map { _ in
                    .init(
                        cpuMilli: Int64(1000 * (2 + random.uniform(below: 20))), memoryBytes: 16,
                        devices: random.uniform(below: 5), model: random.uniform(below: 2))
                })
            let requests = (0..<5).map { _ in Self.request(&random) }
            let mix = RequestMix.typical(of: requests)
            var scheduler = FractionalScheduler(
                cluster, policy: policy, mix: mix, random: RandomStream(seed: 9, name: "places"))
            var placed: [(FractionalRequest, FractionalPlace)] = []
            for _ in 0..<60 {
                if random.bernoulli(0.3), !placed.isEmpty {
                    let (request, place) = placed.remove(at: random.uniform(below: placed.count))
                    scheduler.release(request, place)
                    continue
                }
                let request = requests[random.uniform(below: requests.count)]
                let before = scheduler.cluster
                let place = scheduler.place(request)
                let fitting = cluster.nodes.indices.filter { before.fits(request, $0) }
                #expect((place == nil) == fitting.isEmpty, "a task waits only where no node has room")
                guard let place else { continue }
                placed.append((request, place))
                #expect(fitting.contains(place.node))
                #expect(place.devices.count == Int(request.devices) && Set(place.devices).count == place.devices.count)
                #expect(place.devices.allSatisfy { before.freeMilli(place.node)[Int($0)] >= request.deviceMilli })
                // The kept scores equal those of a scheduler that knows nothing yet.
                guard policy != .random else { continue }
                let best = fitting.max { left, right in
                    let scores = [left, right].map { policy.score(request, on: $0, of: before, mix: mix).score }
                    return (scores[0], -left) < (scores[1], -right)
                }
                #expect(place.node == best)
            }
            let used = placed.reduce(0) { $0 + $1.0.totalMilli }
            #expect(scheduler.cluster.usedMilli == used)
            for (request, place) in placed { scheduler.release(request, place) }
            #expect(scheduler.cluster.usedMilli == 0)
            #expect((0..<6).allSatisfy { scheduler.cluster.freeMilli($0).allSatisfy { $0 == 1000 } })
        }
    }

    private static func request(_ random: inout RandomStream) -> FractionalRequest {
        let devices = Int32([0, 1, 1, 1, 2][random.uniform(below: 5)])
        let milli = devices == 1 && random.bernoulli(0.6) ? Int32(100 * (1 + random.uniform(below: 9))) : 1000
        return FractionalRequest(
            cpuMilli: Int64(500 * random.uniform(below: 5)), memoryBytes: Int64(random.uniform(below: 4)),
            devices: devices, deviceMilli: milli, models: random.bernoulli(0.2) ? 0b01 : .max)
    }

    @Test func policiesDifferAsTheyShould() {
        // Node 0 is idle with two devices, node 1 has one device half in use and one idle.
        var cluster = FractionalCluster([
            .init(cpuMilli: 8000, memoryBytes: 0, devices: 2), .init(cpuMilli: 8000, memoryBytes: 0, devices: 2),
        ])
        cluster.take(FractionalRequest(devices: 1, deviceMilli: 500), FractionalPlace(node: 1, devices: [1]))
        func place(_ policy: FractionalPolicy, _ request: FractionalRequest) -> FractionalPlace? {
            var scheduler = FractionalScheduler(
                cluster, policy: policy, mix: mix, random: RandomStream(seed: 1, name: ""))
            return scheduler.place(request)
        }
        let third = FractionalRequest(devices: 1, deviceMilli: 300)
        #expect(place(.packing, third) == FractionalPlace(node: 1, devices: [1]))
        #expect(place(.bestFit, third) == FractionalPlace(node: 1, devices: [1]))
        // To the gradient 0.7 and 0.5 leave less that is lost (0.39) than 1.0 and 0.2 (0.40).
        #expect(place(.fragmentationGradientDescent, third) == FractionalPlace(node: 1, devices: [0]))
        // Two whole devices fit on the idle node alone.
        #expect(place(.packing, FractionalRequest(devices: 2)) == FractionalPlace(node: 0, devices: [0, 1]))
        #expect(FractionalPolicy.packing.score(third, on: 1, of: cluster, mix: mix).score == 95)
        #expect(FractionalPolicy.packing.score(third, on: 0, of: cluster, mix: mix).score == 31)
        #expect(place(.bestFit, FractionalRequest(devices: 3)) == nil)
    }
}
