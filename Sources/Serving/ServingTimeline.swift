import EventEngine

/// The rows and names of a serving workload in a timeline, and what is open on them.
struct ServingTimeline: Sendable {
    /// The rows of one replica.
    struct Rows: Sendable {
        var steps: TimelineTrack
        /// What the host does for each step.
        var host: TimelineTrack
        /// KV on its way out, one row for each transfer at a time.
        var transfers: TimelineLanes
        var queued: TimelineTrack
        var running: TimelineTrack
        var blocksUsed: TimelineTrack
        var blocksCached: TimelineTrack
    }

    /// Where a request is shown, and the stage that it is in.
    struct Place: Sendable {
        var row = TimelineTrack.none
        var stage = TimelineName.none
        var since: Nanoseconds = 0
        /// Whether the stage's slice has begun; a stage that takes no time is not shown.
        var isShown = false
        /// The arrow that leads on from what happened last.
        var flow: Int64 = -1
        /// The row of its KV that is on the way.
        var transfer = TimelineTrack.none
    }

    /// Texts of all slices and arguments.
    struct Names: Sendable {
        // Of requests.
        let request: TimelineName
        let queueing: TimelineName
        let reservation: TimelineName
        let prefill: TimelineName
        let prefillAgain: TimelineName
        let decodeWaiting: TimelineName
        let transfer: TimelineName
        let joining: TimelineName
        let firstDecode: TimelineName
        let decode: TimelineName
        let preempted: TimelineName
        let startingOver: TimelineName
        let chunk: TimelineName
        let rejected: TimelineName
        // Of replicas.
        let prefillStep: TimelineName
        let mixedStep: TimelineName
        let decodeStep: TimelineName
        let down: TimelineName
        let schedule: TimelineName
        let launch: TimelineName
        let run: TimelineName
        // Of arguments.
        let inputTokens: TimelineName
        let outputTokens: TimelineName
        let prefixTokens: TimelineName
        let tokens: TimelineName
        let sequences: TimelineName
        let contextTokens: TimelineName
        let bytes: TimelineName
        let launches: TimelineName
        let firstTokenTime: TimelineName
        let endToEndTime: TimelineName

        init(_ recorder: inout TimelineRecorder) {
            request = recorder.name("request")
            queueing = recorder.name("queueing")
            reservation = recorder.name("waiting for room on the decode side")
            prefill = recorder.name("prefill")
            prefillAgain = recorder.name("prefill again")
            decodeWaiting = recorder.name("waiting for decode")
            transfer = recorder.name("KV transfer")
            joining = recorder.name("waiting for the step under way")
            firstDecode = recorder.name("first decode step")
            decode = recorder.name("decode")
            preempted = recorder.name("preempted")
            startingOver = recorder.name("queueing after a failure")
            chunk = recorder.name("prefill chunk")
            rejected = recorder.name("rejected")
            prefillStep = recorder.name("prefill step")
            mixedStep = recorder.name("mixed step")
            decodeStep = recorder.name("decode step")
            down = recorder.name("down")
            schedule = recorder.name("schedule")
            launch = recorder.name("launch")
            run = recorder.name("serving")
            inputTokens = recorder.name("input_tokens")
            outputTokens = recorder.name("output_tokens")
            prefixTokens = recorder.name("prefix_tokens_hit")
            tokens = recorder.name("prompt_tokens")
            sequences = recorder.name("sequences")
            contextTokens = recorder.name("context_tokens")
            bytes = recorder.name("bytes")
            launches = recorder.name("launches")
            firstTokenTime = recorder.name("ttft_ns")
            endToEndTime = recorder.name("e2e_ns")
        }
    }

    let names: Names
    let workload: TimelineTrack
    var requestRows: TimelineLanes
    var rows: [Rows] = []
    var places: [Place]
    /// Requests preempted in the pass under way.
    var preempted: [Int32] = []

    /// Shows nothing.
    init() {
        var nobody = TimelineRecorder.off
        self.init(name: "", replicas: [], requests: 0, &nobody)
    }

    /// - Parameters:
    ///   - replicas: name of each replica and its devices.
    ///   - requests: how many requests there are.
    init(name: String, replicas: [String], requests: Int, _ recorder: inout TimelineRecorder) {
        names = Names(&recorder)
        let group = recorder.group(name)
        workload = recorder.track("workload", in: group)
        requestRows = TimelineLanes("request row", in: recorder.group("requests", in: group))
        places = Array(repeating: Place(), count: recorder.records(.request) ? requests : 0)
        for replica in replicas {
            let own = recorder.group(replica, in: group)
            rows.append(Rows(
                steps: recorder.track("steps", in: own), host: recorder.track("host", in: own),
                transfers: TimelineLanes("KV out", in: own),
                queued: recorder.counter("requests waiting", unit: "requests", in: own),
                running: recorder.counter("requests running", unit: "requests", in: own),
                blocksUsed: recorder.counter("KV blocks in use", unit: "blocks", in: own),
                blocksCached: recorder.counter("KV blocks cached", unit: "blocks", in: own)))
        }
    }
}
