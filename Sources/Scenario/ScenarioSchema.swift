/// The JSON Schema of scenarios, for editors.
public enum ScenarioSchema {
    /// The schema's text; a test holds it against what the decoder accepts.
    public static let scenario = PackageResources.scenario_schema_json
}
