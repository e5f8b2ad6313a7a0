import Hardware
import JSONText

/// The timing profiles that are shipped. A profile file holds what is known of some devices; the rest
/// comes from the prior. A new profile is a JSON file in `Resources` and one line here.
public enum ProfileRegistry {
    private static let prior = PackageResources.prior_json
    private static let profiles: [(name: String, text: [UInt8])] = [
        ("h20", PackageResources.h20_json),
        ("ascend-a2", PackageResources.ascend_a2_json),
    ]

    /// Names of the files, the prior first.
    public static var names: [String] { ["prior"] + profiles.map(\.name) }

    /// The profile of a device: the first that names it, else the prior.
    /// - Throws: the problems of an embedded file, which tests exclude.
    public static func profile(for device: String) throws(JSONProblems) -> TimingProfile {
        let base = try JSONDocument(bytes: prior, file: "prior.json")
        for (name, text) in profiles {
            let document = try JSONDocument(bytes: text, file: name + ".json")
            let devices = document.value["devices"]?.arrayValue ?? []
            if devices.contains(.string(device)) {
                return try decode(base.value.applying(mergePatch: document.value), document)
            }
        }
        return try decode(base.value, base)
    }

    private static func decode(_ value: JSONValue, _ document: JSONDocument) throws(JSONProblems) -> TimingProfile {
        let diagnostics = JSONDiagnostics { _, _ in JSONPlace(file: document.file) }
        let profile = JSONReader(value, diagnostics: diagnostics).read(JSONType<TimingProfile>.timingProfile)
        try diagnostics.check()
        return profile
    }
}
