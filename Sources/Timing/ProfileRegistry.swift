import Hardware
import JSONText

/// The timing profiles that are shipped. A profile file holds what is known of some devices; the rest
/// comes from the prior. A new profile is a JSON file in `Resources` and one line here.
public enum ProfileRegistry {
    private static let priorText = PackageResources.prior_json
    private static let profiles: [(name: String, text: [UInt8])] = [
        ("h20", PackageResources.h20_json),
        ("ascend-a2", PackageResources.ascend_a2_json),
        ("a100", PackageResources.a100_json),
        ("h100", PackageResources.h100_json),
    ]

    /// Names of the files, the prior first.
    public static var names: [String] { ["prior"] + profiles.map(\.name) }

    /// The profile of a device: the first that names it, else the prior.
    /// - Throws: the problems of an embedded file, which tests exclude.
    public static func profile(for device: String) throws(JSONProblems) -> TimingProfile {
        try known.value(device) { () throws(JSONProblems) in
            let (value, document) = try merged(for: device)
            return try decode(value, document)
        }
    }

    private static let known = DecodedOnce<TimingProfile>()

    /// The profile of a device whose file may have timing figures of its own, which then stand over the shipped ones.
    /// - Throws: what is wrong with those figures.
    public static func profile(for device: DeviceDescriptor) throws(JSONProblems) -> TimingProfile {
        guard let own = device.timing else { return try profile(for: device.name) }
        let text = JSONWriter.pretty.bytes(of: .object(own))
        let document = try JSONDocument(bytes: text, file: "timing of \(device.name)")
        return try decode(merged(for: device.name).value.applying(mergePatch: document.value), document)
    }

    /// The shipped profile of a device with a file's figures in place of its own, as a calibration writes them.
    ///
    /// Where the file is of another engine, what it does not replace is no longer measured: kernels of another version
    /// count as a sibling's.
    /// - Throws: a ``FileProblem``, or what is wrong with the text.
    public static func profile(for device: String, patchedBy path: String) throws -> TimingProfile {
        let patch = try JSONDocument(contentsOf: path)
        if let devices = patch.value["devices"]?.arrayValue, !devices.contains(.string(device)) {
            throw FileProblem(
                path: path, message: "a timing profile that does not name \(device) among its devices",
                remedy: "use one calibrated for \(device), or add it to \"devices\"")
        }
        var base = try merged(for: device).value
        if let engine = base["engine"]?.stringValue, let other = patch.value["engine"]?.stringValue, engine != other {
            base = demoted(base, engine: engine)
        }
        return try decode(base.applying(mergePatch: patch.value), patch)
    }

    /// A profile whose measured figures are those of a sibling: the same device under another engine.
    private static func demoted(_ value: JSONValue, engine: String) -> JSONValue {
        guard let object = value.objectValue else { return value }
        return .object(JSONObject(object.map { member in
            guard member.key == "provenance", let text = member.value.stringValue else {
                return (member.key, demoted(member.value, engine: engine))
            }
            return switch Provenance(parsing: text) {
            case .measured, .fewshot: (member.key, .string("sibling(\(engine))"))
            default: (member.key, member.value)
            }
        }))
    }

    /// What stands where nothing is known of a device.
    /// - Throws: the problems of the embedded file, which tests exclude.
    public static func prior() throws(JSONProblems) -> TimingProfile {
        let base = try JSONDocument(bytes: priorText, file: "prior.json")
        return try decode(base.value, base)
    }

    private static func merged(for device: String) throws(JSONProblems) -> (value: JSONValue, document: JSONDocument) {
        let base = try JSONDocument(bytes: priorText, file: "prior.json")
        for (name, text) in profiles {
            let document = try JSONDocument(bytes: text, file: name + ".json")
            let devices = document.value["devices"]?.arrayValue ?? []
            if devices.contains(.string(device)) {
                return (base.value.applying(mergePatch: document.value), document)
            }
        }
        return (base.value, base)
    }

    private static func decode(_ value: JSONValue, _ document: JSONDocument) throws(JSONProblems) -> TimingProfile {
        let diagnostics = JSONDiagnostics(document)
        let profile = JSONReader(value, diagnostics: diagnostics).read(JSONType<TimingProfile>.timingProfile)
        try diagnostics.check()
        return profile
    }
}
