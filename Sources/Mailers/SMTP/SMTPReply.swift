/// What a server answers to a command (RFC 5321, section 4.2).
struct SMTPReply: Hashable, Sendable {
    /// Its three digits.
    let code: Int
    /// The text of its lines. It may repeat addresses and worse, so it is read but never shown.
    let lines: [String]

    /// What of it can be shown: the code and, where it has one, the enhanced one (RFC 3463), `550 5.1.1`.
    var status: String { enhanced.map { "\(code) \($0)" } ?? "\(code)" }

    /// Whether its enhanced code is about the sender, or the login, the encryption or the DNS entries that stand for the
    /// sender (RFC 3463, RFC 4954, RFC 7372, RFC 7505). Servers say so of the recipient too, since many decide about a
    /// sender only there.
    var isAboutSender: Bool { enhanced.map { Self.sendersFaults.contains("\($0.dropFirst())") } ?? false }
    /// Whether its codes are about the dialogue. Some say 550 5.5.0 of a mailbox that they do not have.
    var isAboutDialogue: Bool {
        code != 550 && (enhanced.map { [".5.1", ".5.2", ".5.4"].contains("\($0.dropFirst())") } ?? false)
    }

    private static let sendersFaults: Set<String> = [
        ".1.7", ".1.8", ".7.8", ".7.9", ".7.11", ".7.20", ".7.21", ".7.22", ".7.23", ".7.24", ".7.25", ".7.26", ".7.27",
    ]

    private var enhanced: Substring? {
        lines.last?.prefixMatch(of: #/[245]\.[0-9]{1,3}\.[0-9]{1,3}(?=\s|$)/#)?.output
    }

    /// Whether the server has done what it was asked.
    var isPositive: Bool { (200...299).contains(code) }
    /// Whether it has refused, for now or for good.
    var isNegative: Bool { (400...599).contains(code) }
}

/// Reads replies out of bytes as they come, within bounds.
struct SMTPReplyParser: Sendable {
    /// How long a line may be, its end included; RFC 5321 asks for 512 at least.
    static let longestLine = 2000
    /// How many lines a reply may have.
    static let mostLines = 100

    /// Why bytes are no reply.
    struct Violation: Error, Hashable {}

    private var unread: ArraySlice<UInt8> = []
    private var code: Int?
    private var lines: [String] = []

    /// Whether nothing is left of what has come, not even a part of a reply.
    var isEmpty: Bool { unread.isEmpty && lines.isEmpty }

    /// Takes what has come.
    mutating func append(_ bytes: some Sequence<UInt8>) { unread.append(contentsOf: bytes) }

    /// The next reply, once all of it has come; throws for bytes that are none, and nothing is to be read behind them.
    mutating func next() throws(Violation) -> SMTPReply? {
        while let line = try nextLine() {
            guard let code = Self.code(of: line), self.code.map({ $0 == code }) ?? true, lines.count < Self.mostLines
            else { throw Violation() }
            self.code = code
            lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
            guard line.dropFirst(3).first != UInt8(ascii: "-") else { continue }
            defer { (self.code, lines) = (nil, []) }
            return SMTPReply(code: code, lines: lines)
        }
        return nil
    }

    private mutating func nextLine() throws(Violation) -> ArraySlice<UInt8>? {
        guard let end = unread.firstIndex(of: UInt8(ascii: "\n")) else {
            guard unread.count < Self.longestLine else { throw Violation() }
            return nil
        }
        let line = unread[..<end]
        unread = unread[(end + 1)...]
        // A line feed alone ends no line, nor may a carriage return or a NUL stand in one (section 2.3.8).
        guard line.count < Self.longestLine, line.last == UInt8(ascii: "\r"), !line.dropLast().contains(13),
            !line.contains(0)
        else { throw Violation() }
        return line.dropLast()
    }

    /// The code at the begin of a line, where a space, a hyphen or nothing stands behind it.
    private static func code(of line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix(3)
        guard digits.count == 3, let first = digits.first, (UInt8(ascii: "2")...UInt8(ascii: "5")).contains(first),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            [nil, UInt8(ascii: " "), UInt8(ascii: "-")].contains(line.dropFirst(3).first)
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
