/// A group's name: `[a-z0-9._-]{1,64}`, so that a list of them fits a header.
public struct GroupName: Hashable, Comparable, Sendable {
    /// How many groups an account may have: with names of full length they still fit a token of 8 KiB.
    public static let mostOfAnAccount = 64

    /// The name itself.
    public let text: String

    /// Takes a typed name; throws an ``InputRefusal`` that says what would be right.
    public init(_ typed: String) throws(InputRefusal) {
        guard (1...64).contains(typed.utf8.count), typed.utf8.allSatisfy(Self.allowed.contains) else {
            throw InputRefusal("invalid_group", "must be 1 to 64 of a-z, 0-9, '.', '_' and '-'")
        }
        text = typed
    }

    /// Takes a name as it stands in the store or in a checked token; nothing is checked.
    public init(stored text: String) { self.text = text }

    private static let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789._-".utf8)

    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
