/// Jobs by key, equal keys by number: a sorted list in pieces, so that to insert, to remove and to walk from the front
/// are cheap for any length that occurs.
struct OrderedQueue: Sendable {
    /// A job under its key.
    struct Entry: Sendable, Comparable {
        var key: Int64
        var job: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.key < right.key || (left.key == right.key && left.job < right.job)
        }
    }

    /// A place in the list, valid until something is inserted or removed.
    struct Position: Sendable {
        var piece = 0
        var index = 0
    }

    /// Entries of one piece, those before `start` gone: what leaves at the front moves nothing.
    private struct Piece: Sendable {
        var entries: [Entry]
        var start = 0
    }

    private static let largestPiece = 256
    private var pieces: [Piece] = []
    /// Pieces before it are empty and gone.
    private var firstPiece = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The first entry, or nil.
    var first: Entry? { count == 0 ? nil : entry(at: start) }

    /// Where the first entry is.
    var start: Position {
        firstPiece < pieces.count
            ? Position(piece: firstPiece, index: pieces[firstPiece].start) : Position(piece: firstPiece, index: 0)
    }

    /// The place of the first entry that is not before a given one.
    func position(notBefore entry: Entry) -> Position {
        let piece = pieceOfFirstNotBefore(entry)
        guard piece < pieces.count else { return Position(piece: piece, index: 0) }
        return Position(piece: piece, index: lowerBound(entry, in: piece))
    }

    /// The entry at a place, or nil behind the last. A place at the end of a piece stands for the next piece's first.
    func entry(at position: Position) -> Entry? {
        var (piece, index) = (position.piece, position.index)
        while piece < pieces.count {
            if index < pieces[piece].entries.count { return pieces[piece].entries[index] }
            piece += 1
            index = piece < pieces.count ? pieces[piece].start : 0
        }
        return nil
    }

    /// Moves a place behind the entry it stands for.
    func advance(_ position: inout Position) {
        while position.piece < pieces.count, position.index >= pieces[position.piece].entries.count {
            position.piece += 1
            position.index = position.piece < pieces.count ? pieces[position.piece].start : 0
        }
        position.index += 1
    }

    mutating func insert(_ job: Int32, key: Int64) {
        let entry = Entry(key: key, job: job)
        count += 1
        let place = pieceOfFirstNotBefore(entry)
        // The last piece takes what belongs behind everything.
        let target = place == pieces.count ? place - 1 : place
        guard target >= firstPiece else {
            pieces.append(Piece(entries: [entry]))
            return
        }
        let index = lowerBound(entry, in: target)
        if index == pieces[target].start, index > 0 {
            pieces[target].start -= 1
            pieces[target].entries[index - 1] = entry
        } else {
            pieces[target].entries.insert(entry, at: index)
        }
        if pieces[target].entries.count > Self.largestPiece { split(target) }
    }

    /// Takes an entry out; false when it is not there.
    @discardableResult
    mutating func remove(_ job: Int32, key: Int64) -> Bool {
        let entry = Entry(key: key, job: job)
        let piece = pieceOfFirstNotBefore(entry)
        guard piece < pieces.count else { return false }
        let index = lowerBound(entry, in: piece)
        guard index < pieces[piece].entries.count, pieces[piece].entries[index] == entry else { return false }
        count -= 1
        if index == pieces[piece].start {
            pieces[piece].start += 1
        } else {
            pieces[piece].entries.remove(at: index)
        }
        if pieces[piece].start == pieces[piece].entries.count { drop(piece) }
        return true
    }

    /// The first piece whose last entry is not before `entry`.
    private func pieceOfFirstNotBefore(_ entry: Entry) -> Int {
        var (low, high) = (firstPiece, pieces.count)
        while low < high {
            let middle = low + (high - low) / 2
            let last = pieces[middle].entries[pieces[middle].entries.count - 1]
            if last < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func lowerBound(_ entry: Entry, in piece: Int) -> Int {
        var (low, high) = (pieces[piece].start, pieces[piece].entries.count)
        while low < high {
            let middle = low + (high - low) / 2
            if pieces[piece].entries[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func split(_ piece: Int) {
        let entries = Array(pieces[piece].entries[pieces[piece].start...])
        if entries.count <= Self.largestPiece / 2 {
            pieces[piece] = Piece(entries: entries)
            return
        }
        pieces[piece] = Piece(entries: Array(entries[..<(entries.count / 2)]))
        pieces.insert(Piece(entries: Array(entries[(entries.count / 2)...])), at: piece + 1)
    }

    private mutating func drop(_ piece: Int) {
        if piece == firstPiece {
            pieces[piece].entries.removeAll()
            firstPiece += 1
            if firstPiece > 64, firstPiece * 2 > pieces.count {
                pieces.removeSubrange(..<firstPiece)
                firstPiece = 0
            }
        } else {
            pieces.remove(at: piece)
        }
    }
}
