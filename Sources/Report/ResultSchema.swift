/// The JSON Schema of results, for scripts.
public enum ResultSchema {
    /// The schema's text; a test holds it against a real result.
    public static let result = PackageResources.result_schema_json
}
