import Testing

@testable import EventEngine

@Suite struct LinkUseTests {
    @Test func aLaneIsTheDefault() {
        #expect(LinkUse(link: 3) == LinkUse(link: 3, lanes: 1))
    }

    @Test(arguments: [(0, 0), (1, 0), (0, 1), (1 << 31 - 1, .max)] as [(Int, Int32)])
    func aNameSurvivesThePayloadOfAnEvent(slot: Int, generation: Int32) {
        let name = FlowID(slot: slot, generation: generation)
        let copy = FlowID(rawValue: name.rawValue)
        #expect(copy == name && copy.slot == slot && copy.generation == generation)
    }

    @Test func theNameOfAnEndedFlowDenotesNothing() {
        var network = FlowNetwork()
        let path = [LinkUse(link: network.addLink(name: "nic", bytesPerSecond: 1e9))]
        let old = network.start(bytesPerLane: 1, path: path, token: 0, owner: 0, at: 0)
        network.completions(at: 1) { _, _ in }
        let new = network.start(bytesPerLane: 1, path: path, token: 0, owner: 0, at: 1)
        #expect(old.slot == new.slot && old != new)
        #expect(network.cancel(old, at: 1) == false)
        #expect(network.cancel(FlowID(rawValue: 77), at: 1) == false)
        #expect(network.cancel(new, at: 1) == true)
    }
}
