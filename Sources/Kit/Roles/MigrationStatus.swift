/// One script of a store's schema, and whether the store has it.
public struct MigrationStatus: Hashable, Sendable {
    /// Its place in the order, from 1.
    public var version: Int
    /// Its topic, such as `accounts`.
    public var name: String
    /// When it was applied; nil while it is not.
    public var appliedAt: Timestamp?

    /// States every part.
    public init(version: Int, name: String, appliedAt: Timestamp? = nil) {
        self.version = version
        self.name = name
        self.appliedAt = appliedAt
    }
}
