import Hardware

/// The cells of a cluster and which of them are bound: buddy allocation on the topology.
public struct CellTree: Sendable {
    /// A piece of the cluster.
    private struct Cell {
        var level: CellLevel
        var group: Int
        /// The cell that it is part of, or -1.
        var parent: Int
        /// The devices, by number.
        var devices: Range<Int>
        /// Whether a virtual cell is bound to it.
        var isBound = false
        /// Parts that are bound, or have bound parts themselves.
        var usedParts = 0

        var isFree: Bool { !isBound && usedParts == 0 }
    }

    private var cells: [Cell] = []
    /// Cells of a level, by number.
    private var ofLevel: [[Int]] = Array(repeating: [], count: CellLevel.allCases.count)

    /// All cells of a cluster, down to single devices.
    public init(_ cluster: Cluster) {
        let layout = cluster.layout
        var leaves: [Int: Int] = [:]
        if case .leafSpine(let size, _) = cluster.specification.fabric {
            for first in stride(from: 0, to: layout.nodeCount - size + 1, by: size) {
                let group = layout.group(of: NodeID(first))
                let last = NodeID(first + size - 1)
                guard layout.group(of: last) == group else { continue }
                let devices = layout.devices(of: NodeID(first)).lowerBound..<layout.devices(of: last).upperBound
                leaves[first / size] = add(.leaf, group, parent: -1, devices)
            }
            for node in 0..<layout.nodeCount { addNode(node, parent: leaves[node / size] ?? -1, layout) }
        } else {
            for node in 0..<layout.nodeCount { addNode(node, parent: -1, layout) }
        }
    }

    private mutating func addNode(_ node: Int, parent: Int, _ layout: ClusterLayout) {
        let group = layout.group(of: NodeID(node))
        let devices = layout.devices(of: NodeID(node))
        let cell = add(.node, group, parent: parent, devices)
        var size = devices.count
        if case .packages(let packages) = layout.groups[group].node.scaleUp { size = packages.devicesPerPackage }
        for first in stride(from: devices.lowerBound, to: devices.upperBound, by: size) {
            let part = first..<first + size
            let package = size < devices.count ? add(.package, group, parent: cell, part) : cell
            for device in part { add(.device, group, parent: package, device..<device + 1) }
        }
    }

    @discardableResult
    private mutating func add(_ level: CellLevel, _ group: Int, parent: Int, _ devices: Range<Int>) -> Int {
        ofLevel[Self.index(level)].append(cells.count)
        cells.append(Cell(level: level, group: group, parent: parent, devices: devices))
        return cells.count - 1
    }

    private static func index(_ level: CellLevel) -> Int { CellLevel.allCases.firstIndex(of: level) ?? 0 }

    /// The devices of a cell, by number.
    func devices(of cell: Int) -> Range<Int> { cells[cell].devices }

    /// Whether a node group has cells of a level.
    public func has(_ level: CellLevel, group: Int) -> Bool {
        ofLevel[Self.index(level)].contains { cells[$0].group == group }
    }

    /// Devices of one cell of a level and node group; 0 where it has none.
    public func size(_ level: CellLevel, group: Int) -> Int {
        ofLevel[Self.index(level)].first { cells[$0].group == group }.map { cells[$0].devices.count } ?? 0
    }

    /// Binds a free cell of a level: part of a split cell if there is one, of those that which holds the fewest devices
    /// in use, then the first. O(cells of the level).
    /// - Parameter used: how many of these devices opportunistic jobs hold.
    /// - Returns: the cell; nil where none is left.
    mutating func bind(_ level: CellLevel, group: Int, used: (Range<Int>) -> Int) -> Int? {
        guard let cell = freeCell(level, group, used) else { return nil }
        cells[cell].isBound = true
        var parent = cells[cell].parent
        while parent >= 0 {
            cells[parent].usedParts += 1
            guard cells[parent].usedParts == 1 else { break }
            parent = cells[parent].parent
        }
        return cell
    }

    /// Gives a bound cell back; cells whose parts are all free come together again.
    mutating func release(_ cell: Int) {
        cells[cell].isBound = false
        var parent = cells[cell].parent
        while parent >= 0 {
            cells[parent].usedParts -= 1
            guard cells[parent].usedParts == 0 else { break }
            parent = cells[parent].parent
        }
    }

    private func freeCell(_ level: CellLevel, _ group: Int, _ used: (Range<Int>) -> Int) -> Int? {
        var best = (used: Int.max, cell: -1)
        var whole = best
        for cell in ofLevel[Self.index(level)] where cells[cell].group == group && cells[cell].isFree {
            let parent = cells[cell].parent
            guard parent < 0 || !cells[parent].isBound else { continue }
            let found = (used: used(cells[cell].devices), cell: cell)
            if parent < 0 || cells[parent].usedParts > 0 {
                if found.used < best.used { best = found }
            } else if found.used < whole.used {
                whole = found
            }
        }
        if best.cell >= 0 { return best.cell }
        guard whole.cell >= 0 else { return nil }
        // A cell must be split: as small a one as there is.
        guard let split = freeCell(cells[cells[whole.cell].parent].level, group, used) else { return nil }
        let parts = ofLevel[Self.index(level)].filter { cells[$0].parent == split }
        return parts.min { (used(cells[$0].devices), $0) < (used(cells[$1].devices), $1) }
    }

    /// The first of some cells that does not fit beside the others, and how many of its kind would; nil where all fit.
    public func shortage(of wanted: [CellCount]) -> (cell: CellCount, fits: Int)? {
        var tree = self
        for level in CellLevel.allCases.reversed() {
            for cell in wanted where cell.level == level {
                for number in 0..<cell.count where tree.bind(level, group: cell.group, used: { _ in 0 }) == nil {
                    return (cell, number)
                }
            }
        }
        return nil
    }
}
