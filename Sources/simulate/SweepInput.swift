import JSONText
import Scenario
import Studies

/// Reads a sweep file, or a scenario that options vary: the scenario, and what the file varies in it.
func loadSweep(_ path: String) throws -> (SweepBase, SweepSpecification) {
    let document = try JSONDocument(contentsOf: path)
    guard document.value["schema"]?.stringValue == SweepSpecification.schema else {
        return (try SweepBase(contentsOf: path), SweepSpecification())
    }
    let file = try SweepFile(document)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let base = file.base.hasPrefix("/") ? file.base : folder + file.base
    return (try SweepBase(contentsOf: base), file.specification)
}

/// Looks whether a scenario has a variant.
func checkVariant(_ name: String, _ base: SweepBase) throws {
    let known = [ScenarioDocument.baseName] + (base.document.value["variants"]?.objectValue?.keys ?? [])
    guard !known.contains(name) else { return }
    throw Failure(message: "no variant \(name); known are \(known.joined(separator: ", "))", status: 2)
}

extension SweepSpecification {
    /// Adds `path=value`, which fixes a setting, or `path=value,value`, which makes an axis in place of one of the
    /// same path.
    mutating func add(setting text: String) throws {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw Failure(message: "--set \(text): expected path=value or path=value,value", status: 2)
        }
        let path = try JSONPath(parsing: String(text[..<equals]))
        let values = SweepValues.split(String(text[text.index(after: equals)...]))
        axes.removeAll { $0.paths == [path] }
        if let zipped = axes.first(where: { $0.paths.contains(path) }) {
            let others = zipped.paths.map(\.description).joined(separator: ", ")
            throw Failure(message: "--set \(path): the sweep file zips it (\(others))", status: 2)
        }
        if values.count == 1 {
            fixed.append(SweepSetting(path: path, value: values[0]))
        } else {
            axes.append(SweepAxis(path, values))
        }
    }
}
