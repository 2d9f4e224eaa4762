public import GatewayKit

/// Who sends a request, as far as anyone can tell: for the audit trail and the list of sessions.
public struct Visitor: Hashable, Sendable {
    /// The client's address.
    public var address: IPAddress?
    /// The client's User-Agent, at most 256 bytes.
    public var userAgent: String?
    /// The request's id.
    public var requestID: String?

    /// States every part; a longer User-Agent is cut.
    public init(address: IPAddress?, userAgent: String?, requestID: String?) {
        self.address = address
        self.userAgent = userAgent.map(Self.cut)
        self.requestID = requestID
    }

    /// Nobody over the network: the command line.
    public static let none = Visitor(address: nil, userAgent: nil, requestID: nil)

    /// An event of the audit trail that this visitor caused.
    func event(
        _ kind: AuditEvent.Kind, of account: AccountID?, at moment: Timestamp, by actor: String = "self",
        facts: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            at: moment, kind: kind, accountID: account, actor: actor, address: address?.description,
            requestID: requestID, facts: facts)
    }

    private static func cut(_ text: String) -> String {
        var size = 0
        let kept = text.unicodeScalars.prefix { scalar in
            size += UTF8.width(scalar)
            return size <= 256
        }
        return String(String.UnicodeScalarView(kept))
    }
}
