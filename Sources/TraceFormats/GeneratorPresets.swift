extension GeneratorConfiguration {
    /// The presets by name, in the order in which help lists them.
    public static let presetNames = ["conversation", "azure-conversation"]

    /// The preset of this name; nil: there is none.
    public static func preset(named name: String) -> GeneratorConfiguration? {
        switch name {
        case "conversation": conversation
        case "azure-conversation": azureConversation
        default: nil
        }
    }
}
