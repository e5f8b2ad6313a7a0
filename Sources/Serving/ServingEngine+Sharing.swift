import EventEngine
import Hardware

/// What sharing its devices with another workload has come to for a replica.
public struct SharedReplicaUse: Sendable, Equatable {
    /// The fewest KV blocks that it had at once; nil where it kept all.
    public var fewestBlocks: Int?
    /// Blocks that it had less than all, times seconds.
    public var lostBlockSeconds = 0.0
    /// Requests that lost their blocks because memory was taken; preemptions among them, not beside them.
    public var preemptions = 0
    /// Times its KV memory became smaller.
    public var shrinks = 0
    /// Time in which it computed with a part of the cores.
    public var slowedNanoseconds: Nanoseconds = 0
    private var lost = 0
    private var lostSince: Nanoseconds = 0

    /// Counts a change of its KV memory to `blocks` of `all`.
    mutating func changed(to blocks: Int, of all: Int, at now: Nanoseconds) {
        lostBlockSeconds += Double(lost) * TimeConversion.seconds(now - lostSince)
        if all - blocks > lost { shrinks += 1 }
        lost = all - blocks
        lostSince = now
        if lost > 0 { fewestBlocks = min(fewestBlocks ?? blocks, blocks) }
    }
}

/// Replicas on devices that they share: KV memory that others may take, and cores of which others have their share.
///
/// Both are changed at the end of an instant, when all that happens in it has happened. A step under way keeps the
/// pace at which it began; it is given up only when requests in it lose their KV.
extension ServingEngine {
    /// Whether a step is under way on a replica.
    public func isComputing(_ replica: Int) -> Bool { replicas[replica].isBusy }

    /// Time in which a replica has computed.
    public func busyNanoseconds(of replica: Int) -> Nanoseconds { replicas[replica].busyNanoseconds }

    /// KV blocks that a replica has now.
    public func keyValueBlocks(of replica: Int) -> Int { replicas[replica].cache.totalBlocks }

    /// What sharing has come to for each replica, up to `end`.
    public func sharedUse(at end: Nanoseconds) -> [SharedReplicaUse] {
        replicas.map { replica in
            var use = replica.sharing
            let all = configuration.pools[replica.pool].blocks
            use.changed(to: replica.cache.totalBlocks, of: all, at: end)
            return use
        }
    }

    /// Gives a replica another number of KV blocks. Of fewer, cached blocks that no request uses go first; then the
    /// latest admitted requests lose theirs, to be computed again, and the step under way is given up.
    /// - Parameter blocks: at least one, and enough for the longest request.
    public mutating func resize(
        _ replica: Int, to blocks: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard blocks != replicas[replica].cache.totalBlocks else { return }
        // Steps that began in this instant have taken their blocks.
        replicas[replica].settleBlocks(at: now + 1)
        if replicas[replica].cache.usedBlocks > blocks { makeRoom(blocks, on: replica, at: now, &machine) }
        replicas[replica].cache.resize(to: blocks)
        replicas[replica].sharing.changed(
            to: blocks, of: configuration.pools[replicas[replica].pool].blocks, at: now)
        replan(replica, at: now, &queue, &machine)
    }

    private mutating func makeRoom(_ blocks: Int, on replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        if replicas[replica].isBusy {
            let isDecoding = replicas[replica].batch.count > 0
            recordInterruption(replica, at: now, &machine)
            interruptPlan(replica, at: now)
            if isDecoding, replicas[replica].givenUpSince < 0 {
                replicas[replica].givenUpSince = replicas[replica].lastStepEnd
            }
            if !replicas[replica].aborting.isEmpty { finishAborts(replica, at: now, &machine) }
        }
        while replicas[replica].cache.usedBlocks > blocks {
            preemptLatest(replica, stepBlocksTaken: false, at: now)
            replicas[replica].sharing.preemptions += 1
        }
    }

    /// Gives a replica a share of its devices' cores from its next step on.
    /// - Parameter share: above 0; 1 for all.
    public mutating func setCoreShare(
        _ share: Double, of replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard replicas[replica].coreShare != share else { return }
        replicas[replica].coreShare = share
        if replicas[replica].isBusy { replan(replica, at: now, &queue, &machine) }
    }

    /// Steps after the one under way are decided anew.
    private mutating func replan(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard replicas[replica].isBusy else {
            if hasWork(replica) { wake(replica, at: now, &queue, &machine) }
            return
        }
        // A step that began in this instant is under way too.
        cutPlan(replica, at: now, before: now + 1, &queue, &machine)
    }

    /// What a step takes with a share of the cores: all of it, time of the host included, becomes longer.
    static func duration(_ alone: Nanoseconds, coreShare: Double) -> Nanoseconds {
        PortableMath.roundHalfToEven(Double(alone) / coreShare)
    }
}
