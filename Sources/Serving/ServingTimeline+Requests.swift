import EventEngine

/// Requests: each has a row while it is in the system, with its stages one after the other.
extension ServingTimeline {
    /// A request has come, to be worked on or to be turned away.
    mutating func arrival(
        _ request: Int32, number: Int, inputTokens: Int32, outputTokens: Int32, isRejected: Bool, at now: Nanoseconds,
        _ recorder: inout TimelineRecorder
    ) {
        if isRejected {
            recorder.instant(workload, names.rejected, number: Int64(number), at: now)
        } else {
            let row = requestRows.take(&recorder)
            places[Int(request)] = Place(row: row, stage: names.queueing, since: now)
            recorder.begin(row, names.request, number: Int64(number), at: now)
        }
        recorder.argument(names.inputTokens, Int64(inputTokens))
        recorder.argument(names.outputTokens, Int64(outputTokens))
    }

    /// A request goes on to another stage.
    mutating func stage(
        _ request: Int32, _ stage: TimelineName, at now: Nanoseconds, _ recorder: inout TimelineRecorder
    ) {
        guard places[Int(request)].row != .none else { return }
        closeStage(request, at: now, &recorder)
        places[Int(request)].stage = stage
        places[Int(request)].since = now
    }

    /// A request leaves: it is done, or turned away after a failure.
    mutating func departure(
        _ request: Request, _ index: Int32, at now: Nanoseconds, _ recorder: inout TimelineRecorder
    ) {
        let row = places[Int(index)].row
        guard row != .none else { return }
        closeStage(index, at: now, &recorder)
        recorder.end(row, at: now)
        recorder.argument(names.prefixTokens, Int64(request.prefixTokensHit))
        if request.firstToken >= 0 { recorder.argument(names.firstTokenTime, request.firstToken - request.arrival) }
        recorder.argument(names.endToEndTime, now - request.arrival)
        requestRows.give(row)
        places[Int(index)].row = .none
    }

    /// Something inside the present stage of a request, which has lasted until now.
    mutating func part(
        _ request: Int32, _ name: TimelineName, from: Nanoseconds, to now: Nanoseconds,
        _ recorder: inout TimelineRecorder
    ) {
        guard places[Int(request)].row != .none, from < now else { return }
        showStage(request, &recorder)
        recorder.slice(places[Int(request)].row, name, from: from, to: now)
    }

    /// Shows the stage of every request that is in the system, though it has not ended.
    mutating func showAll(_ recorder: inout TimelineRecorder) {
        for request in places.indices where places[request].row != .none {
            showStage(Int32(request), &recorder)
        }
    }

    private mutating func showStage(_ request: Int32, _ recorder: inout TimelineRecorder) {
        let place = places[Int(request)]
        guard !place.isShown, place.stage != .none else { return }
        places[Int(request)].isShown = true
        recorder.begin(place.row, place.stage, at: place.since)
    }

    private mutating func closeStage(_ request: Int32, at now: Nanoseconds, _ recorder: inout TimelineRecorder) {
        if now > places[Int(request)].since { showStage(request, &recorder) }
        if places[Int(request)].isShown { recorder.end(places[Int(request)].row, at: now) }
        places[Int(request)].isShown = false
        places[Int(request)].stage = .none
    }

    // MARK: Transfers

    /// KV of a request is put on the links by a replica.
    mutating func transferStart(
        _ request: Int32, from replica: Int, bytes: Int64, at now: Nanoseconds, _ recorder: inout TimelineRecorder
    ) {
        let row = rows[replica].transfers.take(&recorder)
        recorder.begin(row, names.transfer, at: now)
        recorder.argument(names.request, Int64(request))
        recorder.argument(names.bytes, bytes)
        if places[Int(request)].flow >= 0 { recorder.flow(places[Int(request)].flow) }
        places[Int(request)].transfer = row
    }

    /// The last byte has landed, or a failure ended the transfer.
    mutating func transferEnd(
        _ request: Int32, from replica: Int, at now: Nanoseconds, _ recorder: inout TimelineRecorder
    ) {
        let row = places[Int(request)].transfer
        guard row != .none else { return }
        recorder.end(row, at: now)
        rows[replica].transfers.give(row)
        places[Int(request)].transfer = .none
    }
}
