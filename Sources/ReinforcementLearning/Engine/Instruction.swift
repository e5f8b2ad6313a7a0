/// One thing that the training side does in a step. A step is a list of them, fixed when the workload is built.
enum Instruction: Sendable, Equatable {
    /// From here on time counts for this phase.
    case begin(StepPhase)
    /// A pass over the batch, with the activations that it holds.
    case compute(ComputePass)
    /// Memory of training devices.
    case hold(MemoryPart), free(MemoryPart)
    /// Memory of generating devices; on shared cards of the same ones.
    case holdRollout(MemoryPart), freeRollout(MemoryPart)
    /// A copy of a part between training devices and their hosts, all devices at once.
    case toHost(MemoryPart), toDevice(MemoryPart)
    /// New weights to the generating devices.
    case reshard
    /// Time that a switch between training and generating takes beside copies.
    case switchOver
    /// Replicas wake with the present weights, or give their KV memory back.
    case wake, sleep
    /// A batch of prompts begins to be generated.
    case generate
    /// Until the batch that is generated is complete.
    case awaitGeneration
    /// What is complete becomes the batch that is trained on.
    case takeBatch
    /// Advantages of the batch, on the host.
    case advantages
    /// Until rewards of the batch are there.
    case awaitRewards
    /// Until the batch is through the data engine, where that is a barrier.
    case awaitStore
    /// Until streamed passes have caught up.
    case awaitStream
    /// Until a mini-batch of finished groups can be taken; takes it.
    case awaitMiniBatch
    /// Generation stops for new weights, and goes on with them.
    case beginSync, endSync
    /// Lends training devices to generation: their state leaves, weights for generation come, replicas wake.
    case lend, lendReshard, lendWake
    /// Takes them back.
    case reclaim
    /// The weights have a new version.
    case publish
    case endStep
}
