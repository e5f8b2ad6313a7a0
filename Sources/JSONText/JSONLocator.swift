extension JSONDocument {
    /// The position of the first character of the value at a path; nil when there is no such value.
    ///
    /// Scans the text again, in time linear in its length: meant for problems that are printed.
    public func position(of path: JSONPath) -> JSONPosition? {
        locate(path).map { JSONPosition(ofByte: $0.value, in: bytes) }
    }

    /// The position of the key that leads to the value at a path; nil when the last step of the path
    /// is not a key or there is no such value.
    public func keyPosition(of path: JSONPath) -> JSONPosition? {
        locate(path)?.key.map { JSONPosition(ofByte: $0, in: bytes) }
    }

    /// The best place to show for a path: of its key or value, else of the innermost value around it
    /// that the text has.
    public func place(of path: JSONPath, isKey: Bool = false) -> JSONPlace {
        var path = path
        while true {
            if let position = (isKey ? keyPosition(of: path) : nil) ?? position(of: path) {
                return JSONPlace(file: file, position: position)
            }
            guard !path.isRoot else { return JSONPlace(file: file) }
            path = path.parent
        }
    }

    private func locate(_ path: JSONPath) -> JSONLocator.Offsets? {
        var locator = JSONLocator(bytes)
        return locator.locate(path)
    }
}

/// Finds the bytes of a path in a text that libjansson has accepted.
struct JSONLocator {
    /// Where a value starts, and its key when it is a member.
    struct Offsets: Equatable {
        var key: Int?
        var value: Int
    }

    private let text: [UInt8]
    private var tokens: JSONTokens

    init(_ text: [UInt8]) {
        self.text = text
        tokens = JSONTokens(text)
    }

    mutating func locate(_ path: JSONPath) -> Offsets? {
        var key: Int?
        for component in path.components {
            switch component {
            case .key(let name):
                key = enterMember(name)
                if key == nil { return nil }
            case .index(let index):
                key = nil
                if !enterElement(index) { return nil }
            }
        }
        var ahead = tokens
        return ahead.next().map { Offsets(key: key, value: $0.lowerBound) }
    }

    /// Moves before the value of a member and returns the offset of its key.
    private mutating func enterMember(_ name: String) -> Int? {
        guard tokens.peek() == UInt8(ascii: "{") else { return nil }
        _ = tokens.next()
        while let key = tokens.next(), text[key.lowerBound] == UInt8(ascii: "\"") {
            _ = tokens.next()  // The colon.
            if decoded(key) == name { return key.lowerBound }
            _ = tokens.skipValue()
            _ = tokens.next()  // A comma, or the end of the object.
        }
        return nil
    }

    /// Moves before an element.
    private mutating func enterElement(_ index: Int) -> Bool {
        guard tokens.peek() == UInt8(ascii: "[") else { return false }
        _ = tokens.next()
        for _ in 0..<max(0, index) {
            guard tokens.peek() != UInt8(ascii: "]"), tokens.skipValue() != nil,
                tokens.peek() == UInt8(ascii: ",")
            else { return false }
            _ = tokens.next()
        }
        return index >= 0 && tokens.peek() != UInt8(ascii: "]")
    }

    private func decoded(_ key: Range<Int>) -> String? {
        let token = text[key]
        if !token.contains(UInt8(ascii: "\\")) {
            return String(decoding: token.dropFirst().dropLast(), as: UTF8.self)
        }
        return (try? Jansson.parse(Array(token)).get())?.stringValue
    }
}
