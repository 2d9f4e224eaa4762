/// One message to one person, as a mailer sends it; the sender is the mailer's own setting.
public struct Mail: Hashable, Sendable, Codable {
    /// The outbox's id, the same at every try, so that a mailer can recognise a repeat.
    public var id: String
    /// The recipient's address.
    public var recipient: String
    /// The subject, free of controls; any Unicode.
    public var subject: String
    /// The text, lines ended by a line feed; any Unicode.
    public var text: String
    /// When it was written.
    public var createdAt: Timestamp

    /// States every part; throws an ``InputRefusal`` when recipient or subject hold a control character, so that no
    /// header can be smuggled in.
    public init(id: String, recipient: EmailAddress, subject: String, text: String, createdAt: Timestamp)
        throws(InputRefusal)
    {
        for field in [id, recipient.text, subject] where field.unicodeScalars.contains(where: Self.isControl) {
            throw InputRefusal("control_character", "must not hold control characters")
        }
        self.id = id
        self.recipient = recipient.text
        self.subject = subject
        self.text = text
        self.createdAt = createdAt
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
    }
}
