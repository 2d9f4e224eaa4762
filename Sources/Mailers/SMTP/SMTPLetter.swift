import GatewayKit

/// A mail in the form in which a server takes it: the envelope, and the message with its dots doubled.
struct SMTPLetter: Hashable, Sendable {
    /// The address in MAIL, to which bounces go.
    let sender: String
    /// The address in RCPT.
    let recipient: String
    /// The message and the dot that ends it.
    let content: [UInt8]

    /// Renders a mail; throws for one that could be read as two, or as other commands. Its parts may come from
    /// anywhere, so each is checked again.
    init(_ mail: Mail, from sender: Mailbox) throws {
        guard mail.hasPlainID else { throw UnusableMailID() }
        let recipient = try EmailAddress(mail.recipient)
        let mail = try Mail(
            id: mail.id, recipient: recipient, subject: mail.subject, text: mail.text, createdAt: mail.createdAt)
        self.sender = sender.address.text
        self.recipient = recipient.text
        content = Self.withDotsDoubled(InternetMessage(mail, from: sender).bytes) + Array(".\r\n".utf8)
    }

    /// A dot at the begin of a line gets another one before it, for one alone ends the message (RFC 5321, section
    /// 4.5.2). Every line ends with CRLF, so there is no other end that a server could see.
    static func withDotsDoubled(_ message: [UInt8]) -> [UInt8] {
        var doubled: [UInt8] = []
        doubled.reserveCapacity(message.count + 16)
        var beginsLine = true
        for byte in message {
            if beginsLine, byte == UInt8(ascii: ".") { doubled.append(byte) }
            doubled.append(byte)
            beginsLine = byte == UInt8(ascii: "\n")
        }
        return doubled
    }
}
