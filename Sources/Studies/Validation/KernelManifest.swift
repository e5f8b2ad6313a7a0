import Glibc
import Hardware
import JSONText

/// A table of measured kernels that fits are held against: how well a few samples of it predict the rest.
public struct KernelManifest: Sendable {
    /// Its name in results.
    public var name: String
    /// What was measured, where and by whom.
    public var description: String
    /// A kernel table.
    public var table: String
    /// The device that was measured: a shipped name.
    public var device: String
    /// The engine version, where the table has several.
    public var engine: String?
    /// Errors that must not be exceeded.
    public var bars: [KernelBar]

    /// Whether the table is there.
    public var isDataThere: Bool { access(table, R_OK) == 0 }

    /// Fits to samples and errors on all other kernels.
    /// - Parameter seed: of the draws of samples.
    /// - Throws: what is wrong with the table, or a device that is not shipped.
    public func run(seed: UInt64 = 1) throws -> KernelValidation {
        let target = try CalibrationDevice(.named(device))
        let calibration = try Calibration(KernelTable(contentsOf: table), on: target, engine: engine)
        return KernelValidation(
            name: name, description: description, engine: calibration.engine, device: device, bars: bars,
            evaluation: try CalibrationEvaluation(calibration, on: target, seed: seed))
    }
}

/// A bound on the mean absolute error (MAPE) on kernels that a fit did not see.
public struct KernelBar: Sendable, Equatable {
    /// The kind of kernel that it bounds.
    public var kernels: KernelOperator
    /// Samples of the fit.
    public var measured: Int
    /// Whether a residual surface goes through them.
    public var surface: Bool
    /// As a share: 0.05 is 5 %.
    public var atMost: Double

    /// Whether a row of an evaluation is what the bar bounds; half precision over a cache of the same type.
    public func bounds(_ row: CalibrationEvaluation.Row) -> Bool {
        row.group.kernel == kernels && row.group.dataType == .bf16 && row.group.cacheType == .bf16
            && row.choice == (surface ? .surface(measured) : .samples(measured))
    }
}

/// What came of a kernel manifest.
public struct KernelValidation: Sendable {
    /// Name of the manifest.
    public var name: String
    public var description: String
    /// Engine version of the table whose kernels were fitted.
    public var engine: String
    /// The device that was measured: a shipped name.
    public var device: String
    /// The bounds that the errors are held against.
    public var bars: [KernelBar]
    /// Errors of fits on kernels that they did not see.
    public var evaluation: CalibrationEvaluation

    /// What a bar bounds; nil where the table has too few such kernels.
    public func value(of bar: KernelBar) -> Double? { evaluation.rows.first(where: bar.bounds)?.model.mean }
}

extension KernelManifest {
    /// Whether a document is a manifest of kernels rather than of runs.
    public static func isOne(_ path: String) throws(JSONProblems) -> Bool {
        try JSONDocument(contentsOf: path).value["kernels"] != nil
    }

    /// Reads a manifest.
    /// - Parameter data: the folder that `data:` at the beginning of a path stands for.
    /// - Throws: all problems of the text at once.
    public init(contentsOf path: String, data: String) throws(JSONProblems) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        self = try JSONDocument(contentsOf: path).decode(.kernelManifest(ValidationPlaces(folder: folder, data: data)))
    }
}

extension JSONType<KernelManifest> {
    fileprivate static func kernelManifest(_ places: ValidationPlaces) -> JSONType {
        .object("a manifest of kernels") { manifest in
            _ = manifest.required("schema", .choice(of: [ValidationManifest.schema]))
            var result = KernelManifest(
                name: manifest.required("name", .name),
                description: manifest.optional("description", .string, default: ""), table: "", device: "",
                bars: manifest.optional("bars", .array(of: .kernelBar), default: []))
            manifest.child("kernels")?.object { kernels in
                result.table = places.resolve(kernels.required("table", .name))
                result.device = kernels.required("device", .choice(of: DeviceDescriptor.shippedNames))
                result.engine = kernels.optional("engine", .name)
            }
            return result
        }
    }
}

extension JSONType<KernelBar> {
    fileprivate static var kernelBar: JSONType {
        .object { bar in
            KernelBar(
                kernels: bar.required("kernels", .choice(KernelOperator.self)),
                measured: bar.required(
                    "measured",
                    JSONType<Int>.integer(in: 16...128).checked {
                        [16, 64, 128].contains($0) ? nil : "expected 16, 64 or 128"
                    }),
                surface: bar.optional("surface", .bool, default: false),
                atMost: bar.required("at_most", .number(in: 0...10)))
        }
    }
}
