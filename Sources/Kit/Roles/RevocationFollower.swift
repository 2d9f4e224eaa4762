/// Keeps this node's picture of the revocation log up to date.
public protocol RevocationFollower: Sendable {
    /// Reads the log to its end now, so that what this node has just revoked is refused by the time this returns; a log
    /// out of reach is left to the next poll.
    func catchUp() async
}
