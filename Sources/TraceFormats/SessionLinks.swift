/// Finds conversation and predecessor of each row, in the order of a file, from the ids that its format gives.
struct SessionLinks {
    /// Row of a chat id, or the latest row of a session name. Looked up only, never iterated.
    private var rowOfChat: [Int64: Int32] = [:]
    private var latestOfName: [String: Int32] = [:]
    private var sessionOfRow: [Int32] = []
    private var sessionCount: Int32 = 0

    /// A row whose `parent` is the chat id of an earlier row, or of none (a conversation starts).
    mutating func add(chat: Int64, parent: Int64) -> (session: Int32, previous: Int32) {
        let previous = parent < 0 ? -1 : rowOfChat[parent] ?? -1
        rowOfChat[chat] = Int32(sessionOfRow.count)
        return link(to: previous)
    }

    /// A row that continues the latest one of the same name; without a name it stands alone.
    mutating func add(named name: String?) -> (session: Int32, previous: Int32) {
        guard let name else { return link(to: -1) }
        let previous = latestOfName[name] ?? -1
        latestOfName[name] = Int32(sessionOfRow.count)
        return link(to: previous)
    }

    private mutating func link(to previous: Int32) -> (session: Int32, previous: Int32) {
        let session = previous < 0 ? sessionCount : sessionOfRow[Int(previous)]
        if previous < 0 { sessionCount += 1 }
        sessionOfRow.append(session)
        return (session, previous)
    }
}
