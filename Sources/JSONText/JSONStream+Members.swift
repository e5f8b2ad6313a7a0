// Shorter forms: nested closures and whole members.

extension JSONStream {
    /// A stream into a file. Finishing the stream does not commit the file.
    public init(to file: FileSink) {
        self.init { (bytes) throws(FileProblem) in try file.write(bytes) }
    }

    /// Writes an object with what `body` writes in it.
    public mutating func object(_ body: (inout JSONStream) -> Void) {
        beginObject()
        body(&self)
        endObject()
    }

    /// Writes an array with what `body` writes in it.
    public mutating func array(_ body: (inout JSONStream) -> Void) {
        beginArray()
        body(&self)
        endArray()
    }

    /// Writes an integer.
    public mutating func value(_ value: Int) { self.value(Int64(value)) }

    /// Writes a member with an integer.
    public mutating func member(_ name: String, _ value: Int64) {
        key(name)
        self.value(value)
    }

    /// Writes a member with an integer.
    public mutating func member(_ name: String, _ value: Int) { member(name, Int64(value)) }

    /// Writes a member with a double; `null` for NaN and infinities.
    public mutating func member(_ name: String, _ value: Double) {
        key(name)
        self.value(value)
    }

    /// Writes a member with a text.
    public mutating func member(_ name: String, _ value: String) {
        key(name)
        self.value(value)
    }

    /// Writes a member with a truth.
    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        self.value(value)
    }

    /// Writes a member with a whole tree.
    public mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    /// Writes a member with an object.
    public mutating func object(_ name: String, _ body: (inout JSONStream) -> Void) {
        key(name)
        object(body)
    }

    /// Writes a member with an array.
    public mutating func array(_ name: String, _ body: (inout JSONStream) -> Void) {
        key(name)
        array(body)
    }
}
