import EventEngine
import Hardware
import ReinforcementLearning
import Scheduling
import Serving
import Training

/// Devices that fail and come back: every workload on them, and every scheduler, hears of it.
extension World {
    /// Tells the other workloads of nodes that failed, or came back, by a scheduler's own failure rate.
    mutating func spreadFaults(of index: Int) {
        let faults = scheduling[index].faults
        scheduling[index].faults.removeAll()
        for fault in faults {
            let devices = machine.cluster.layout.devices(of: fault.node).map { DeviceID($0) }
            for device in devices { tell(device, fails: fault.fails, except: index) }
        }
    }

    /// Fails or repairs devices as the scenario says.
    mutating func changeDevices(_ change: DeviceChange) {
        for device in change.devices {
            machine.cluster.setFailed(change.fails, device)
            tell(device, fails: change.fails)
        }
    }

    /// Tells all workloads that a device failed or came back, but for the scheduler that knows it already.
    private mutating func tell(_ device: DeviceID, fails: Bool, except known: Int? = nil) {
        for index in serving.indices where isOnDevices(.serving, index) {
            if fails {
                serving[index].deviceFailed(device, at: queue.now, &queue, &machine)
            } else {
                serving[index].deviceRepaired(device, at: queue.now, &queue, &machine)
            }
        }
        for index in scheduling.indices where index != known {
            if fails {
                scheduling[index].deviceFailed(device, at: queue.now, &queue, &machine)
            } else {
                scheduling[index].deviceRepaired(device, at: queue.now, &queue, &machine)
            }
        }
        for index in learning.indices where isOnDevices(.rl, index) {
            if fails {
                learning[index].deviceFailed(device, at: queue.now, &queue, &machine)
            } else {
                learning[index].deviceRepaired(device, at: queue.now, &queue, &machine)
            }
        }
        for index in training.indices where isOnDevices(.training, index) {
            if fails {
                training[index].deviceFailed(device, at: queue.now, &queue, &machine)
            } else {
                training[index].deviceRepaired(device, at: queue.now, &queue, &machine)
            }
        }
        for place in submitted.indices { endIfDone(place) }
    }
}
