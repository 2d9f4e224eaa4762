/// Something that a mail server does wrong, what it has heard by then, and what operators are told.
struct MailTrouble: Sendable, CustomStringConvertible {
    let description: String
    let manners: FaultyMailServer.Manners
    /// All that the gateway may have said on a connection that has come as far as possible.
    let heard: [String]
    /// What the log and `mail list` say of it.
    let failure: String

    /// Whether the gateway has to leave when its time is over.
    var isStall: Bool { manners.answers.values.contains("stall") }

    /// One with the certificate and the answers that are not right; `heard` are the words under TLS.
    private init(
        _ description: String, security: String = "starttls", certificate: String = "right",
        answers: [String: String] = [:], clear: [String]? = nil, heard: [String] = [], told failure: String
    ) {
        self.description = description + ", " + security
        manners = FaultyMailServer.Manners(security: security, certificate: certificate, answers: answers)
        let clear = clear ?? (security == "tls" ? [] : ["EHLO", "STARTTLS"])
        self.heard = (["<open>"] + clear).map { "clear " + $0 } + heard.map { "tls " + $0 }
        self.failure = failure
    }

    static let all = certificates + refusals + stalls + losses + garbage

    private static let login = ["EHLO", "AUTH", "credentials"]
    private static let envelope = login + ["MAIL", "RCPT", "DATA"]
    private static let late = "the mail was not sent within 5.0 seconds, it had come to "
    private static func nonsense(_ step: String) -> String {
        "what came from the mail server at \(step) is no answer that SMTP knows there"
    }

    private static let certificates = ["starttls", "tls"].flatMap { security in
        [
            MailTrouble(
                "a trusted certificate of another name", security: security, certificate: "misnamed",
                told: "no TLS with the mail server: its certificate is for another name than mail.host"),
            MailTrouble(
                "a certificate of nobody known", security: security, certificate: "unknown",
                told: "no TLS with the mail server: its certificate is none that is trusted here"),
        ]
    }

    private static let refusals = [
        MailTrouble(
            "the password refused", answers: ["credentials": "535 5.7.8 no\r\n"], heard: login,
            told: "the mail server refuses the user name and password, with 535 5.7.8"),
        MailTrouble(
            "the password refused", security: "tls", answers: ["credentials": "535 5.7.8 no\r\n"], heard: login,
            told: "the mail server refuses the user name and password, with 535 5.7.8"),
        MailTrouble(
            "STARTTLS taken out, a login offered in clear", answers: ["EHLO": "250-mail.test\r\n250 AUTH PLAIN\r\n"],
            clear: ["EHLO"], told: "the mail server does not offer STARTTLS, and nothing is sent without"),
        MailTrouble(
            "STARTTLS refused", answers: ["STARTTLS": "454 4.7.0 not now\r\n"],
            told: "the mail server refused STARTTLS, with 454 4.7.0"),
    ]

    private static let stalls = [
        MailTrouble("a stall at the greeting", answers: ["greeting": "stall"], clear: [], told: late + "the greeting"),
        MailTrouble(
            "a stall before TLS", security: "tls", answers: ["handshake": "stall"], told: late + "the TLS handshake"),
        MailTrouble("a stall before TLS", answers: ["handshake": "stall"], told: late + "the TLS handshake"),
        MailTrouble(
            "a stall at the greeting within TLS", security: "tls", answers: ["greeting": "stall"],
            told: late + "the greeting"),
        MailTrouble("a stall behind DATA", answers: ["DATA": "stall"], heard: envelope, told: late + "DATA"),
        MailTrouble(
            "a stall behind the message", answers: ["end": "stall"], heard: envelope + ["message", "end"],
            told: late + "the message's end"),
    ]

    private static let losses = [
        MailTrouble(
            "a connection lost in the middle of the message", answers: ["message": "hang up"],
            heard: envelope + ["message"],
            told: "the connection to the mail server was lost at the message's end"),
        MailTrouble(
            "a connection lost behind the message", security: "tls", answers: ["end": "hang up"],
            heard: envelope + ["message", "end"],
            told: "the connection to the mail server was lost at the message's end"),
    ]

    private static let garbage = [
        MailTrouble(
            "a web server", answers: ["greeting": "HTTP/1.1 400 Bad Request\r\n\r\n"], clear: [],
            told: nonsense("the greeting")),
        MailTrouble(
            "all answers said ahead in clear",
            answers: ["greeting": "220 hello\r\n250 AUTH PLAIN\r\n334 \r\n235 ok\r\n250 ok\r\n250 ok\r\n354 ok\r\n"],
            clear: [], told: nonsense("the greeting")),
        MailTrouble(
            "answers said ahead behind STARTTLS",
            answers: ["STARTTLS": "220 go on\r\n250-mail.test\r\n250 AUTH PLAIN\r\n"],
            told: "something was sent in clear behind the answer to STARTTLS: somebody may be in between"),
        MailTrouble(
            "answers said ahead within TLS", answers: ["MAIL": "250 ok\r\n250 ok\r\n354 go on\r\n250 taken\r\n"],
            heard: login + ["MAIL"], told: nonsense("the sender (MAIL)")),
        MailTrouble(
            "a mail taken before it was sent", security: "tls", answers: ["DATA": "354 go on\r\n250 taken\r\n"],
            heard: envelope, told: nonsense("DATA")),
        MailTrouble(
            "rubbish for an answer to the message", answers: ["end": "\0\u{1}taken, or so\r\n250 taken\r\n"],
            heard: envelope + ["message", "end"], told: nonsense("the message's end")),
    ]
}
