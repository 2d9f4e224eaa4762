import Foundation

@testable import GatewayMailers

extension FuzzTarget {
    /// What a mail server says, and what happens meanwhile (``FuzzedTalk``): what goes out is of few kinds, nothing
    /// but EHLO and STARTTLS goes out before TLS where that is wanted, each mail in hand has one end, and it is taken
    /// only where the server has said so. Replies are read as the grammar has them, in whatever pieces they come.
    static let smtp = FuzzTarget("smtp") { script in
        guard let first = script.first else { return }
        let talk = FuzzedTalk(first)
        talk.handOver()
        for byte in script.dropFirst() { talk.take(byte) }
        talk.end()
        checkReading(of: script.dropFirst().filter { $0 < 0xf8 })
    }

    private static func checkReading(of bytes: [UInt8]) {
        let whole = replies(in: [bytes])
        claim("replies are the same in whatever pieces they come", holds: replies(in: bytes.map { [$0] }) == whole)
        // A line or a reply that is too long is none; the grammar knows no such bounds.
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        guard lines.count <= SMTPReplyParser.mostLines, lines.allSatisfy({ $0.count < SMTPReplyParser.longestLine })
        else { return }
        let codes = whole.map(\.code)
        claim(
            "replies are what the grammar takes for some, in \(bytes.quoted)", holds: codes == grammarCodes(in: bytes))
    }

    private static func replies(in pieces: [[UInt8]]) -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var replies: [SMTPReply] = []
        do throws(SMTPReplyParser.Violation) {
            for piece in pieces {
                parser.append(piece)
                while let reply = try parser.next() { replies.append(reply) }
            }
        } catch {
            // Nothing is read behind it.
        }
        return replies
    }

    /// RFC 5321, section 4.2, and section 2.3.8 for the ends of lines.
    private static func grammarCodes(in bytes: [UInt8]) -> [Int] {
        guard let text = String(bytes: bytes, encoding: .isoLatin1) else { return [] }
        var (codes, offset) = ([Int](), 0)
        let length = text.utf16.count
        while offset < length,
            let match = grammar.firstMatch(
                in: text, options: .anchored, range: NSRange(location: offset, length: length - offset)),
            let code = Range(match.range(at: 1), in: text)
        {
            codes.append(Int(text[code]) ?? 0)
            offset += match.range.length
        }
        return codes
    }

    private static let grammar: NSRegularExpression = {
        let pattern = #"([2-5][0-9]{2})(?:-[^\r\n\x00]*+\r\n\1)*+(?: [^\r\n\x00]*+)?\r\n"#
        do {
            return try NSRegularExpression(pattern: pattern)
        } catch {
            fatalError("the grammar is no pattern: \(error)")
        }
    }()
}
