import Glibc
import Scheduling
import Testing
import TraceFormats

/// Results of other simulators, where the data folder has them.
enum PeerData {
    /// The folder of real data: `$SIMULATE_DATA`, or `shared/data` beside the repository.
    static let folder: String? = {
        let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let candidates = [getenv("SIMULATE_DATA").map { String(cString: $0) }, "/\(checkout)/../shared/data"]
        return candidates.compactMap { $0 }.first { access($0 + "/derived/scheduling", R_OK) == 0 }
    }()

    /// The rows of a text file, split at a separator, without empty ones.
    static func rows(_ path: String, separator: Character = ",") throws -> [[String]] {
        let folder = try #require(folder)
        let file = try #require(fopen("\(folder)/\(path)", "r"), "cannot open \(path)")
        defer { fclose(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.split(separator: separator, omittingEmptySubsequences: true).map(String.init)
        }
    }
}
