/// One line of a kernel table with its column names. Cells are plain: no quotes, no commas inside.
struct KernelTableCells {
    /// Every column that the format knows.
    static let known = [
        "operator", "dtype", "engine", "seconds", "cache_dtype", "m", "n", "k", "batch", "tokens", "context",
        "query_heads", "kv_heads", "head_size", "window", "hidden", "intermediate", "experts", "experts_per_token",
        "expert_ranks", "routing", "rank_rows", "active_experts", "ranks", "bytes", "launch",
    ]

    let file: String
    /// Place of each known column in a line; nil where the table does not have it.
    private let places: [Int?]
    private let count: Int
    private var cells: [Substring] = []
    private(set) var line = 0

    /// - Throws: an unknown, repeated or missing column.
    init(header: Substring, line: Int, file: String) throws(KernelTableProblem) {
        self.file = file
        let names = header.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        func problem(_ column: String, _ message: String, _ remedy: String) -> KernelTableProblem {
            KernelTableProblem(file: file, line: line, column: column, message: message, remedy: remedy)
        }
        for (index, name) in names.enumerated() {
            if name == "message_size" {
                throw problem(name, "counts elements in public tables", "give \"bytes\", elements times their size")
            }
            guard Self.known.contains(name) else {
                throw problem(name, "no such column", "use among \(Self.known.joined(separator: ", "))")
            }
            guard names.firstIndex(of: name) == index else { throw problem(name, "a column twice", "remove one") }
        }
        for name in Self.known.prefix(4) where !names.contains(name) {
            throw problem(name, "the column is missing", "every kernel table has it")
        }
        places = Self.known.map { names.firstIndex(of: $0) }
        count = names.count
    }

    /// Takes a line.
    /// - Throws: a line with more or fewer cells than columns.
    mutating func take(_ text: Substring, line: Int) throws(KernelTableProblem) {
        cells = text.split(separator: ",", omittingEmptySubsequences: false)
        self.line = line
        guard cells.count == count else {
            throw problem(nil, "\(cells.count) cells under \(count) columns", "complete the line, which may be cut")
        }
    }

    /// A cell's text, empty where the column is absent.
    func text(_ column: String) -> Substring {
        guard let known = Self.known.firstIndex(of: column), let place = places[known] else { return "" }
        return cells[place]
    }

    /// A count that the operator needs, zero or more.
    func integer(_ column: String) throws(KernelTableProblem) -> Int {
        let cell = text(column)
        guard let value = Int(cell), (0...1 << 48).contains(value) else {
            throw problem(column, cell.isEmpty ? "an empty cell" : "found \(cell)", "expected a whole number")
        }
        return value
    }

    /// A count of at least one.
    func positive(_ column: String) throws(KernelTableProblem) -> Int {
        let value = try integer(column)
        guard value > 0 else { throw problem(column, "found 0", "expected at least 1") }
        return value
    }

    /// An amount of at least `least` that may be left out; nil where the cell is empty.
    func amount(_ column: String, from least: Double) throws(KernelTableProblem) -> Double? {
        let cell = text(column)
        guard !cell.isEmpty else { return nil }
        guard let value = Double(cell), value >= least, value < 1e12 else {
            throw problem(column, "found \(cell)", "expected at least \(Int(least))")
        }
        return value
    }

    /// One of several words.
    func word<Value>(_ column: String, _ words: [(String, Value)]) throws(KernelTableProblem) -> Value {
        let cell = text(column)
        guard let found = words.first(where: { $0.0 == cell }) else {
            throw problem(column, cell.isEmpty ? "an empty cell" : "found \(cell)",
                          "expected one of \(words.map(\.0).joined(separator: ", "))")
        }
        return found.1
    }

    /// The measured time.
    func seconds() throws(KernelTableProblem) -> Double {
        let cell = text("seconds")
        guard let value = Double(cell), value > 0, value < 1e6 else {
            throw problem("seconds", cell.isEmpty ? "an empty cell" : "found \(cell)", "expected seconds above 0")
        }
        return value
    }

    func problem(_ column: String?, _ message: String, _ remedy: String) -> KernelTableProblem {
        KernelTableProblem(file: file, line: line, column: column, message: message, remedy: remedy)
    }
}
