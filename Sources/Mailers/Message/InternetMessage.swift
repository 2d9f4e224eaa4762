import GatewayKit

/// A mail as other programs read it (RFC 5322 with MIME): headers, the text and the same as HTML, every line ended by
/// CRLF. All of it is ASCII in lines of at most 998 characters, so that any server can take it.
///
/// Names and subjects are encoded in `HeaderText.swift`, dates in `MailDate.swift`, text that is not plain in
/// `QuotedPrintable.swift`; `HTMLAlternative.swift` makes the HTML, `Mailbox.swift` is the sender, `MailID.swift` says
/// which ids can stand in a header.
struct InternetMessage: Sendable {
    /// The whole message.
    let bytes: [UInt8]

    /// Renders a mail; the same mail and sender give the same bytes.
    init(_ mail: Mail, from sender: Mailbox) {
        let lines = Self.lines(of: mail.text)
        // A program shows the last form that it knows (RFC 2046, section 5.1.4).
        let parts = [
            Self.part("text/plain", lines), Self.part("text/html", HTMLAlternative.lines(of: lines)),
        ]
        let boundary = Self.boundary(of: parts)
        let header = [
            HeaderText.field("Date", [MailDate(mail.createdAt).description]),
            HeaderText.field("From", sender.headerWords),
            HeaderText.field("To", [mail.recipient]),
            HeaderText.field("Subject", HeaderText.unstructured(mail.subject)),
            HeaderText.field("Message-ID", ["<\(mail.id)@\(sender.address.domain)>"]),
            // No vacation note comes back (RFC 3834).
            HeaderText.field("Auto-Submitted", ["auto-generated"]),
            HeaderText.field("MIME-Version", ["1.0"]),
            HeaderText.field("Content-Type", ["multipart/alternative;", "boundary=\"\(boundary)\""]),
        ]
        let body = parts.map { "--\(boundary)\r\n\($0)\r\n" }.joined() + "--\(boundary)--\r\n"
        bytes = Array((header.joined() + "\r\n" + body).utf8)
    }

    /// A part with its headers.
    private static func part(_ type: String, _ lines: [Substring]) -> String {
        let isPlain = lines.allSatisfy(Self.isPlain)
        let header = [
            HeaderText.field("Content-Type", [type + ";", "charset=utf-8"]),
            HeaderText.field("Content-Transfer-Encoding", [isPlain ? "7bit" : "quoted-printable"]),
        ]
        let body = isPlain ? lines.map { $0 + "\r\n" }.joined() : QuotedPrintable.encoded(lines)
        return header.joined() + "\r\n" + body
    }

    /// What stands between the parts: a line that none of them has.
    private static func boundary(of parts: [String]) -> String {
        var number = 1
        while parts.contains(where: { $0.contains("=_\(number)") }) { number += 1 }
        return "=_\(number)"
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
