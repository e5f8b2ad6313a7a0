/// A conversation on its way through the generator: what its current prompt consists of.
struct Conversation {
    /// Length of the current prompt.
    var promptTokens: Int64
    /// Length of the answer to it.
    var outputTokens: Int64 = 0
    /// The shared document behind the system prompt; -1: none.
    var document: Int
    /// How many leading blocks are those of the system prompt and the document.
    var sharedBlocks: Int
    /// Ids of the prompt's full blocks. A partial block has no place here: the next turn fills it with other text.
    var blocks: [Int32] = []
    /// Number of the conversation; -1: it has none yet.
    var session: Int32 = -1
    /// The request of the turn before.
    var previousRequest: Int32 = -1
    /// Turns that are still to come.
    var remainingTurns: Int64 = 0

    init(promptTokens: Int64, document: Int, sharedBlocks: Int) {
        self.promptTokens = promptTokens
        self.document = document
        self.sharedBlocks = sharedBlocks
    }

    /// Cuts a prompt that is too long, for the model or for a trace's 32 bits.
    mutating func limit(to maximum: Int?) {
        promptTokens = min(promptTokens, Int64(maximum ?? Int(Int32.max)), Int64(Int32.max))
    }

    /// Rewrites the text behind the first `kept` blocks.
    mutating func rewrite(keeping kept: Int) {
        guard kept < blocks.count else { return }
        blocks.removeLast(blocks.count - kept)
        sharedBlocks = min(sharedBlocks, kept)
    }
}
