/// Why a value that someone sent cannot be taken: a stable word for programs, and a sentence for people.
public struct InputRefusal: Error, Hashable, Sendable {
    /// The stable word, such as `too_short`.
    public let code: String
    /// A sentence for a person, which never repeats the value.
    public let detail: String

    /// States a word and a sentence.
    public init(_ code: String, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
