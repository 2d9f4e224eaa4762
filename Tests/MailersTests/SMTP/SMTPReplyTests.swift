import Testing

@testable import GatewayMailers

@Suite struct SMTPReplyTests {
    @Test func `a reply is its code and lines, however its bytes are cut`() throws {
        let bytes = Array("250-mail.test\r\n250-AUTH PLAIN\r\n250\r\n421 4.3.2 bye\r\n".utf8)
        let expected = [
            SMTPReply(code: 250, lines: ["mail.test", "AUTH PLAIN", ""]), SMTPReply(code: 421, lines: ["4.3.2 bye"]),
        ]
        for size in 1...bytes.count {
            var parser = SMTPReplyParser()
            var replies: [SMTPReply] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                parser.append(bytes[start..<min(start + size, bytes.count)])
                while let reply = try parser.next() { replies.append(reply) }
            }
            #expect(replies == expected)
            #expect(parser.isEmpty)
        }
    }

    @Test(arguments: [
        "hello\r\n", "25\r\n", "2500 ok\r\n", "150 ok\r\n", "650 ok\r\n", "2x0 ok\r\n", "250_ok\r\n", "\r\n",
        "250 ok\n", "250 o\rk\r\n", "250 o\0k\r\n", "250-a\r\n251 b\r\n", "HTTP/1.1 400 Bad Request\r\n",
        "\u{ff12}50 ok\r\n",
    ])
    func `what is no reply is none`(text: String) {
        #expect(throws: SMTPReplyParser.Violation.self) { try Self.all(of: text) }
    }

    @Test func `a line has at most 2000 bytes and a reply at most 100 lines`() throws {
        let longest = "250 " + String(repeating: "x", count: SMTPReplyParser.longestLine - 6) + "\r\n"
        #expect(try Self.all(of: longest).count == 1)
        #expect(throws: SMTPReplyParser.Violation.self) { try Self.all(of: "250 x" + longest.dropFirst(4)) }
        let endless = "250 " + String(repeating: "x", count: SMTPReplyParser.longestLine)
        #expect(throws: SMTPReplyParser.Violation.self) { try Self.all(of: endless) }
        let lines = String(repeating: "250-x\r\n", count: SMTPReplyParser.mostLines - 1)
        #expect(try Self.all(of: lines + "250 x\r\n").map(\.lines.count) == [100])
        #expect(throws: SMTPReplyParser.Violation.self) { try Self.all(of: lines + "250-x\r\n250 x\r\n") }
    }

    @Test(arguments: [
        ("550 5.1.1 <john@example.com> unknown", "550 5.1.1"), ("550 <john@example.com> unknown", "550"),
        ("550 5.1.1", "550 5.1.1"), ("550 5.1.1john@example.com", "550"), ("550 5.1234.1 x", "550"), ("550", "550"),
        ("550-5.7.26 a\r\n550 5.7.27 b", "550 5.7.27"),
    ])
    func `what is shown of a reply are its codes`(text: String, status: String) throws {
        #expect(try Self.all(of: text + "\r\n").map(\.status) == [status])
    }

    private static func all(of text: String) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        parser.append(text.utf8)
        var replies: [SMTPReply] = []
        while let reply = try parser.next() { replies.append(reply) }
        return replies
    }
}
