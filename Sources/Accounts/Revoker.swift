public import GatewayKit

/// Ends credentials before their time: what a flow appends in its transaction, and what it waits for after the commit.
struct Revoker: Sendable {
    let follower: any RevocationFollower

    /// Appends to the revocation log, which is the last thing that a transaction does. The row outlives the last token
    /// that it can concern by a minute, for clocks that differ and answers under way.
    func revoke(_ subject: Revocation.Subject, at moment: Timestamp, in records: any Records) throws(StorageError) {
        _ = try records.revocations.append(subject, keepUntil: moment + Self.traceLife)
    }

    /// The same of several.
    func revoke(
        _ subjects: [Revocation.Subject], at moment: Timestamp, in records: any Records
    ) throws(StorageError) {
        for subject in subjects { try revoke(subject, at: moment, in: records) }
    }

    /// Returns once this node refuses what has just been revoked.
    func settle() async { await follower.catchUp() }

    /// How long the traces of a session's end are kept: as long as any token may live that was issued before it, under
    /// this file or an earlier one, and a minute more.
    static let traceLife = TokenLifetimes.longestAccess + .seconds(60)
}

/// For programs that check no tokens, such as the command line: nothing follows the log there.
public struct NoFollower: RevocationFollower {
    /// Follows nothing.
    public init() {}

    /// Returns at once.
    public func catchUp() async {}
}
