/// The way from the root of a document to one of its values.
///
/// Prints as `workloads.chat.pools[2].name`. A key that holds a dot, a bracket or a quote, or is
/// empty, is printed in quotes inside brackets: `models["qwen2.5-32b"].layers`. The root is empty.
public struct JSONPath: Sendable, Hashable {
    /// One step down: into a member of an object or an element of an array.
    public enum Component: Sendable, Hashable {
        /// The member of this name.
        case key(String)
        /// The element of this index, from 0.
        case index(Int)
    }

    /// The steps, from the root.
    public var components: [Component]

    /// The path of these steps.
    public init(_ components: [Component]) { self.components = components }

    /// The path of the whole document.
    public static let root = JSONPath([])

    /// Whether this is the path of the whole document.
    public var isRoot: Bool { components.isEmpty }

    /// The path one step up; the root stays the root.
    public var parent: JSONPath { JSONPath(Array(components.dropLast())) }

    /// The path of a member.
    public func appending(key: String) -> JSONPath { JSONPath(components + [.key(key)]) }

    /// The path of an element.
    public func appending(index: Int) -> JSONPath { JSONPath(components + [.index(index)]) }
}

extension JSONPath: CustomStringConvertible {
    /// The text form; ``init(parsing:)`` reads it back.
    public var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where Self.needsQuotes(key):
                text += "[" + JSONWriter.compact.text(of: .string(key)) + "]"
            case .key(let key): text += text.isEmpty ? key : "." + key
            }
        }
        return text
    }

    private static func needsQuotes(_ key: String) -> Bool {
        key.isEmpty || key.utf8.contains { ".[]\"'\\".utf8.contains($0) || $0 < 0x20 }
    }
}

extension JSONPath: ExpressibleByArrayLiteral {
    /// `["pools", 2, "name"]`.
    public init(arrayLiteral elements: Component...) { self.init(elements) }
}

extension JSONPath.Component: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A text is a key.
    public init(stringLiteral value: String) { self = .key(value) }
    /// A number is an index.
    public init(integerLiteral value: Int) { self = .index(value) }
}
