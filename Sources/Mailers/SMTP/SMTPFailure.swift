/// Why a mail was not taken. None of it repeats what the server has said but its codes, for servers repeat addresses.
enum SMTPFailure: Error, Hashable, Sendable {
    /// The server has said no, with this code; for good, as far as this mail goes, or for now.
    case refused(SMTPStep, status: String, isPermanent: Bool)
    /// The server has said no there to what comes from the settings, the sender above all, and not to the mail.
    case misplaced(SMTPStep, status: String)
    /// The server is about to end the connection (421).
    case closing(SMTPStep)
    /// The connection has ended.
    case lost(SMTPStep)
    /// What came is not what a server may answer there.
    case nonsense(SMTPStep)
    /// There was no whole dialogue in that time.
    case late(SMTPStep, after: Duration)
    /// No connection came about.
    case unreachable(String)
    /// TLS did not come about.
    case untrusted(String)
    /// The server does not offer STARTTLS.
    case noTLS
    /// The server offers no way to log in that this client knows.
    case noLogin
    /// Something came in clear behind the promise to encrypt.
    case bytesBeforeTLS

    /// Whether this mail is refused for good. All else may be mended by somebody, and mails wait for that.
    var isPermanent: Bool {
        if case .refused(_, _, let isPermanent) = self { isPermanent } else { false }
    }

    /// Whether the connection was dead before the server can have taken the mail, so that another one may be tried.
    var isHarmlessLoss: Bool {
        switch self {
        case .lost(let step), .closing(let step): step != .content
        // Of the mail before; nothing of this one was said.
        case .refused(.reset, _, _): true
        default: false
        }
    }

    /// Where the dialogue ended.
    var step: SMTPStep {
        switch self {
        case .refused(let step, _, _), .misplaced(let step, _), .closing(let step), .lost(let step),
            .nonsense(let step), .late(let step, _):
            step
        case .unreachable: .connection
        case .untrusted: .handshake
        case .noTLS, .noLogin: .hello
        case .bytesBeforeTLS: .startTLS
        }
    }
}

extension SMTPFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(.login, let status, _):
            "the mail server refuses the user name and password, with \(status): mails wait until they are right"
        case .refused(let step, let status, _): "the mail server refused \(step), with \(status)"
        case .misplaced(let step, let status):
            "the mail server refused the sender or the connection at \(step), with \(status): mails wait until it does not"
        case .closing(let step): "the mail server ended the connection at \(step), with 421"
        case .lost(let step): "the connection to the mail server was lost at \(step)"
        case .nonsense(let step): "what came from the mail server at \(step) is no answer that SMTP knows there"
        case .late(let step, let time): "the mail was not sent within \(time), it had come to \(step)"
        case .unreachable(let cause): "the mail server cannot be reached: \(cause)"
        case .untrusted(let cause): "no TLS with the mail server: \(cause)"
        case .noTLS: "the mail server does not offer STARTTLS, and nothing is sent without"
        case .noLogin: "the mail server offers neither AUTH PLAIN nor AUTH LOGIN"
        case .bytesBeforeTLS: "something was sent in clear behind the answer to STARTTLS: somebody may be in between"
        }
    }
}

/// A step of the dialogue, in words for an operator.
enum SMTPStep: String, Sendable, CustomStringConvertible {
    case connection = "the connection"
    case greeting = "the greeting"
    case hello = "EHLO"
    case startTLS = "STARTTLS"
    case handshake = "the TLS handshake"
    case login = "AUTH"
    case reset = "RSET"
    case sender = "the sender (MAIL)"
    case recipient = "the recipient (RCPT)"
    case data = "DATA"
    case content = "the message's end"
    case idle = "rest"
    case quit = "QUIT"

    var description: String { rawValue }
}
