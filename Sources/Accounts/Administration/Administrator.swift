public import GatewayKit

/// Somebody of the group of administrators who calls over REST.
public struct Administrator: Hashable, Sendable {
    /// The group that administers.
    public static let group = GroupName(stored: "admins")

    /// The session whose access token they show.
    public let session: AccountSession
    /// Where they come from.
    public let visitor: Visitor

    /// Takes what was found of the caller, whose token states the group.
    public init(session: AccountSession, visitor: Visitor) {
        self.session = session
        self.visitor = visitor
    }

    /// The administrator as the audit trail knows them: by their account.
    var asOperator: Operator { Operator(actor: session.accountID.text, visitor: visitor) }
}

extension Records {
    /// Whether somebody is an administrator still, in the transaction of what they ask for: a token may have been
    /// revoked a moment ago by another gateway, and of two who close each other's accounts at once one must remain.
    func recognizes(_ administrator: Administrator) throws(StorageError) -> Bool {
        let session = administrator.session
        guard try sessions.session(session.sessionID)?.accountID == session.accountID,
            let account = try accounts.account(session.accountID), !account.isDisabled
        else { return false }
        return account.groups.contains(Administrator.group)
    }
}
