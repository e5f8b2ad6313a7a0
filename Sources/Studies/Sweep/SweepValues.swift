import JSONText

/// Values as a command line lists them.
public enum SweepValues {
    /// Splits `2048,8192`, `"a,b",c` or `{"x": [1, 2]},null` at the commas that stand outside quotes, brackets and
    /// braces; each part is JSON, or else a text.
    public static func split(_ text: String) -> [JSONValue] {
        var parts: [String] = [""], depth = 0, isQuoted = false, isEscaped = false
        for character in text {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isQuoted = false
                }
            } else if character == "\"" {
                isQuoted = true
            } else if "[{".contains(character) {
                depth += 1
            } else if "]}".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return parts.map { JSONValue(parsingLoosely: $0) }
    }
}
