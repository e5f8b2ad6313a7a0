import ArgumentParser
import TraceFormats

/// A format of requests or of jobs, by its name on the command line.
enum TraceFormatName: ExpressibleByArgument, CaseIterable {
    case automatic
    case requests(RequestTraceFormat)
    case jobs(JobTraceFormat)

    static var allCases: [TraceFormatName] {
        [.automatic] + RequestTraceFormat.allCases.filter { $0 != .auto }.map { .requests($0) }
            + JobTraceFormat.allCases.filter { $0 != .auto }.map { .jobs($0) }
    }

    var name: String {
        switch self {
        case .automatic: "auto"
        case .requests(let format): format.rawValue
        case .jobs(let format): format.rawValue
        }
    }

    init?(argument: String) {
        guard let format = Self.allCases.first(where: { $0.name == argument }) else { return nil }
        self = format
    }

    static var allValueStrings: [String] { allCases.map(\.name) }

    /// The format of a trace of jobs; nil when the file is one of requests.
    func jobFormat(ofFileAt path: String) throws -> JobTraceFormat? {
        switch self {
        case .requests: return nil
        case .jobs(let format): return format
        case .automatic:
            do {
                return try JobTraceReader.format(ofFileAt: path)
            } catch {
                throw Failure.input(error)
            }
        }
    }

    /// The format of a trace of requests.
    var requestFormat: RequestTraceFormat {
        if case .requests(let format) = self { format } else { .auto }
    }
}
