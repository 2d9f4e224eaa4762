import GatewayKit

/// A mail as other programs read it (RFC 5322 with MIME): headers and one text part, every line ended by CRLF.
///
/// Names and subjects are encoded in `HeaderText.swift`, dates in `MailDate.swift`, text that is not plain in
/// `QuotedPrintable.swift`; `Mailbox.swift` is the sender.
struct InternetMessage: Sendable {
    /// The whole message.
    let bytes: [UInt8]

    /// Renders a mail; the same mail and sender give the same bytes.
    init(_ mail: Mail, from sender: Mailbox) {
        let lines = Self.lines(of: mail.text)
        let isPlain = lines.allSatisfy(Self.isPlain)
        let header = [
            HeaderText.field("Date", [MailDate(mail.createdAt).description]),
            HeaderText.field("From", sender.headerWords),
            HeaderText.field("To", [mail.recipient]),
            HeaderText.field("Subject", HeaderText.unstructured(mail.subject)),
            HeaderText.field("Message-ID", ["<\(mail.id)@\(sender.address.domain)>"]),
            // No vacation note comes back (RFC 3834).
            HeaderText.field("Auto-Submitted", ["auto-generated"]),
            HeaderText.field("MIME-Version", ["1.0"]),
            HeaderText.field("Content-Type", ["text/plain; charset=utf-8"]),
            HeaderText.field("Content-Transfer-Encoding", [isPlain ? "7bit" : "quoted-printable"]),
        ]
        let body = isPlain ? lines.map { $0 + "\r\n" }.joined() : QuotedPrintable.encoded(lines)
        bytes = Array((header.joined() + "\r\n" + body).utf8)
    }

    /// The text's lines, whose ends are LF or CRLF; an end behind the last is not one more line.
    private static func lines(of text: String) -> [Substring] {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Whether a line can travel as it is, which keeps links readable for people: ASCII without controls, and no longer
    /// than lines may be (RFC 5322, section 2.1.1).
    private static func isPlain(_ line: Substring) -> Bool {
        line.utf8.count <= 998 && line.utf8.allSatisfy { (32...126).contains($0) || $0 == UInt8(ascii: "\t") }
    }
}
