/// Which events of the audit trail somebody wants to see; each part that is nil lets all of them through.
public struct AuditFilter: Hashable, Sendable {
    /// Those of one account.
    public var account: AccountID?
    /// Those of one kind.
    public var kind: AuditEvent.Kind?
    /// Those of that moment or later.
    public var from: Timestamp?
    /// Those before that moment.
    public var until: Timestamp?

    /// States what there is.
    public init(
        account: AccountID? = nil, kind: AuditEvent.Kind? = nil, from: Timestamp? = nil, until: Timestamp? = nil
    ) {
        self.account = account
        self.kind = kind
        self.from = from
        self.until = until
    }

    /// Whether it lets an event through.
    public func matches(_ event: AuditEvent) -> Bool {
        (account == nil || event.accountID == account) && (kind == nil || event.kind == kind)
            && from.map { event.at >= $0 } ?? true && until.map { event.at < $0 } ?? true
    }
}

/// An event of the audit trail with its number.
public struct NumberedAuditEvent: Hashable, Sendable {
    /// The number, which ascends as events are appended and is never given again.
    public let id: Int64
    /// What happened.
    public let event: AuditEvent

    /// States both.
    public init(id: Int64, event: AuditEvent) {
        self.id = id
        self.event = event
    }

    /// Where it stands in the trail.
    public var place: AuditPlace { AuditPlace(at: event.at, id: id) }
}

/// Where an event stands in the trail: the later one is the younger, and of one moment the one of the greater number.
public struct AuditPlace: Hashable, Comparable, Sendable {
    /// When it happened.
    public let at: Timestamp
    /// Its number.
    public let id: Int64

    /// States both.
    public init(at: Timestamp, id: Int64) {
        self.at = at
        self.id = id
    }

    public static func < (left: Self, right: Self) -> Bool { (left.at, left.id) < (right.at, right.id) }
}
