public import GatewayKit
public import Testing

/// What every mailer promises; a test target runs each case as a test:
///
///     @Test(arguments: MailerConformance.allCases) func `keeps a mailer's promises`(promise: MailerConformance) async
///     throws {
///         try await promise.verify { MailerUnderTest(mailer) { try await readMailsBack() } }
///     }
public enum MailerConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case delivers = "what was sent arrives, with its recipient, subject and text"
    case keepsUnicode = "any Unicode arrives as it was sent, in the subject and in the text"
    case keepsLines = "empty lines, dots, long lines and a leading From arrive as they were sent"
    case sendsInParallel = "mails that are sent at once all arrive, each once"
    case knowsRepeats = "a mail that is sent again, by its id, is there once"

    public var testDescription: String { rawValue }

    /// Checks the promise on a mailer that has sent nothing yet.
    public func verify(_ make: () async throws -> MailerUnderTest) async throws {
        let subject = try await make()
        switch self {
        case .delivers: try await Self.checkArrival(of: ["Welcome": "Hello johndoe,\n\nthis is a text.\n"], subject)
        case .keepsUnicode: try await Self.checkArrival(of: Self.unicode, subject)
        case .keepsLines: try await Self.checkArrival(of: ["Lines": Self.awkwardLines], subject)
        case .sendsInParallel: try await Self.checkParallel(subject)
        case .knowsRepeats: try await Self.checkRepeat(subject)
        }
    }

    private static let unicode = [
        "Passwort zurücksetzen": "Grüße aus Köln\n",
        "パスワードを再設定するためのリンクをお送りします。心当たりがない場合は、このメールを無視してください。":
            "リンク\nhttps://example.com/reset?token=a=b\n",
        "👩‍👩‍👧‍👦 and a very long subject that has to be folded somewhere, =?utf-8?Q?not here?= but there": "e\u{301} 🗝️\n",
        "  two  spaces ": "text\n",
    ]

    private static let awkwardLines =
        "\n.\n..dots\nFrom here on\n\tindented  \n" + "https://example.com/" + String(repeating: "x", count: 1200)
        + "\n\nend\n"

    private static func checkArrival(of texts: [String: String], _ subject: MailerUnderTest) async throws {
        let mails = try texts.sorted { $0.key < $1.key }.enumerated().map { index, text in
            try mail("arrival-\(index)", subject: text.key, text: text.value)
        }
        for mail in mails { try await subject.mailer.send(mail) }
        #expect(try await subject.received().sorted() == mails.map(ReceivedMail.init).sorted())
    }

    private static func checkParallel(_ subject: MailerUnderTest) async throws {
        let mails = try (0..<50).map { try mail("parallel-\($0)", subject: "Number \($0)", text: "\($0)\n") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for mail in mails { group.addTask { try await subject.mailer.send(mail) } }
            try await group.waitForAll()
        }
        #expect(try await subject.received().sorted() == mails.map(ReceivedMail.init).sorted())
    }

    private static func checkRepeat(_ subject: MailerUnderTest) async throws {
        let repeated = try mail("repeated", subject: "Once", text: "Once.\n")
        try await subject.mailer.send(repeated)
        try await subject.mailer.send(repeated)
        let expected = subject.repeats == .areOne ? 1 : 2
        #expect(try await subject.received() == Array(repeating: ReceivedMail(repeated), count: expected))
    }

    private static func mail(_ id: String, subject: String, text: String) throws -> Mail {
        try Mail(
            id: id, recipient: EmailAddress("john.doe@example.com"), subject: subject, text: text,
            createdAt: Timestamp(seconds: 1_800_000_000))
    }
}

/// A mailer, and how a test learns what arrived.
public struct MailerUnderTest: Sendable {
    /// What becomes of a mail that is sent twice.
    public enum Repeats: Hashable, Sendable {
        /// It replaces the first or is dropped.
        case areOne
        /// Both arrive, for the medium knows no better; say why.
        case arrive(because: String)
    }

    /// The mailer.
    public let mailer: any Mailer
    /// What becomes of repeats.
    public let repeats: Repeats
    /// What has arrived, as the recipient's program shows it.
    public let received: @Sendable () async throws -> [ReceivedMail]

    /// States all three.
    public init(
        _ mailer: any Mailer, repeats: Repeats = .areOne,
        received: @escaping @Sendable () async throws -> [ReceivedMail]
    ) {
        self.mailer = mailer
        self.repeats = repeats
        self.received = received
    }
}

/// A mail as its recipient sees it.
public struct ReceivedMail: Hashable, Comparable, Sendable, Codable {
    /// To whom it is addressed.
    public var recipient: String
    /// The subject, decoded.
    public var subject: String
    /// The text, decoded, its lines ended by a line feed.
    public var text: String

    /// States every part.
    public init(recipient: String, subject: String, text: String) {
        self.recipient = recipient
        self.subject = subject
        self.text = text
    }

    /// What a mail ought to arrive as.
    public init(_ mail: Mail) { self.init(recipient: mail.recipient, subject: mail.subject, text: mail.text) }

    public static func < (left: Self, right: Self) -> Bool {
        (left.recipient, left.subject, left.text) < (right.recipient, right.subject, right.text)
    }
}
