import JSONText
import Scheduling
import TraceFormats

/// What a submitted job asks for: a gang of devices, the bundles of a placement group, or tasks.
public struct GangSpecification: Sendable {
    /// Devices of the gang; nil: those of the bundles, or of the tasks.
    public var devices: Int?
    /// How long it runs; nil: as long as its tasks.
    public var nanoseconds: Int64?
    /// Bundles of a placement group; empty: a plain gang.
    public var bundles: [BundleSpecification]
    /// How bundles are spread over nodes.
    public var strategy: PlacementStrategy
    /// Tasks that run on the bundles' devices; nil: none.
    public var tasks: BundleTasks?

    /// Devices of all bundles.
    var bundleDevices: Int { bundles.reduce(0) { $0 + $1.devices * $1.count } }
    /// Devices that it holds at once.
    var totalDevices: Int { bundles.isEmpty ? devices ?? tasks.map { Int($0.devices) } ?? 1 : bundleDevices }
    /// How long the job, or one free task of it, runs, as far as that is known without its bundles.
    var jobNanoseconds: Int64 { nanoseconds ?? tasks?.duration ?? 0 }
}

/// Bundles that are alike.
public struct BundleSpecification: Sendable {
    /// Devices of one bundle.
    public var devices: Int
    /// How many such bundles.
    public var count: Int
    /// A node group or a device that they must lie on.
    public var deviceType: String?
    /// Whether an actor holds each of them for the life of the job.
    public var holdsActor: Bool
}

/// How the gangs of a trace or a generator are cut into bundles.
public struct BundleCut: Sendable {
    /// Devices of one bundle.
    public var devices: Int
    /// How the bundles are spread over nodes.
    public var strategy: PlacementStrategy
}

extension JSONObjectReader {
    /// The keys of a submission that say what it asks for.
    /// - Parameter needsSize: whether devices and duration must follow from them.
    func gang(needsSize: Bool = true) -> GangSpecification {
        let gang = GangSpecification(
            devices: optional("devices", .integer(in: 1...1 << 24)), nanoseconds: optional("duration", .duration()),
            bundles: optional("bundles", .array(of: .bundle), default: []),
            strategy: optional("strategy", .choice(), default: .pack), tasks: optional("tasks", .bundleTasks))
        check(gang, needsSize)
        return gang
    }

    private func check(_ gang: GangSpecification, _ needsSize: Bool) {
        if gang.strategy != .pack, gang.bundles.isEmpty {
            fail(at: "strategy", "has no effect without bundles", remedy: "give bundles, or leave it out")
        }
        if has("bundles"), gang.bundles.isEmpty, isSound("bundles") {
            fail(at: "bundles", "there are none", remedy: "leave it out for a plain gang")
        }
        if gang.bundleDevices > 1 << 24 || gang.bundles.reduce(0, { $0 + $1.count }) > 1 << 16 {
            fail(at: "bundles", "more than 65536 bundles, or than 16777216 devices")
        } else if let devices = gang.devices, !gang.bundles.isEmpty, devices != gang.bundleDevices {
            fail(
                at: "devices", "\(devices) devices, but bundles of \(gang.bundleDevices)",
                remedy: "leave it out: the bundles say it")
        }
        guard needsSize else { return }
        if gang.tasks != nil {
            if has("duration") {
                fail(at: "duration", "has no effect: the tasks say how long it runs", remedy: "leave it out")
            }
            if has("devices"), gang.bundles.isEmpty {
                fail(
                    at: "devices", "has no effect: each task asks for its own", remedy: "leave it out, or give bundles")
            }
        } else {
            if !has("devices"), !has("bundles") {
                fail("the job asks for nothing", remedy: "give devices, bundles or tasks")
            }
            if !has("duration") { fail("nothing says how long the job runs", remedy: "give duration, or tasks") }
        }
        checkSlots(gang)
    }

    private func checkSlots(_ gang: GangSpecification) {
        guard let tasks = gang.tasks, !gang.bundles.isEmpty else { return }
        let group = PlacementGroup(
            gang.bundles.map { Bundle(devices: Int32(clamping: $0.devices), holdsActor: $0.holdsActor) }, .pack)
        guard tasks.makespan(in: group) == nil else { return }
        fail(
            at: "tasks", "no bundle without an actor has room for a task of \(tasks.devices) devices",
            remedy: "add a larger bundle, or make the tasks smaller or fewer")
    }
}

extension JSONType<BundleSpecification> {
    fileprivate static var bundle: JSONType {
        .object { bundle in
            BundleSpecification(
                devices: bundle.required("devices", .integer(in: 1...1 << 20)),
                count: bundle.optional("count", .integer(in: 1...1 << 16), default: 1),
                deviceType: bundle.optional("device_type", .name),
                holdsActor: bundle.optional("actor", .bool, default: false))
        }
    }
}

extension JSONType<BundleTasks> {
    fileprivate static var bundleTasks: JSONType {
        .object { tasks in
            BundleTasks(
                count: tasks.required("count", .integer(in: 1...1_000_000)),
                devices: Int32(tasks.optional("devices", .integer(in: 1...1 << 20), default: 1)),
                duration: tasks.required("duration", .duration(sign: .positive)))
        }
    }
}

extension JSONType<BundleCut> {
    /// `{ "devices": 2, "strategy": "SPREAD" }`.
    static var bundleCut: JSONType {
        .object { cut in
            BundleCut(
                devices: cut.required("devices", .integer(in: 1...1 << 20)),
                strategy: cut.optional("strategy", .choice(), default: .pack))
        }
    }
}
