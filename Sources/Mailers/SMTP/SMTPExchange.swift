/// One mail's part of a dialogue: the envelope, by one command after another or all at once, and the message.
struct SMTPExchange: Sendable {
    /// What comes of a reply.
    enum Progress: Sendable {
        /// Write this, which may be nothing, and wait on.
        case write([UInt8])
        /// The mail was taken.
        case taken
        /// The mail was not taken, and the connection is as good as before.
        case notTaken(SMTPFailure)
        /// The connection must end.
        case broken(SMTPFailure)
    }

    private let letter: SMTPLetter
    private let pipelines: Bool
    private var unsent: [SMTPStep]
    private var unanswered: [SMTPStep] = []
    private var failure: SMTPFailure?

    init(_ letter: SMTPLetter, pipelines: Bool, resetsFirst: Bool) {
        self.letter = letter
        self.pipelines = pipelines
        unsent = (resetsFirst ? [.reset] : []) + [.sender, .recipient, .data]
    }

    /// Where it stands.
    var step: SMTPStep { unanswered.first ?? .content }

    /// The commands that go out now.
    mutating func next() -> [UInt8] {
        let steps = pipelines ? unsent : Array(unsent.prefix(1))
        unsent.removeFirst(steps.count)
        unanswered += steps
        return Array(steps.map(command).joined().utf8)
    }

    /// Goes on after a reply.
    mutating func received(_ reply: SMTPReply) -> Progress {
        guard !unanswered.isEmpty else { return ended(by: reply) }
        let step = unanswered.removeFirst()
        let isRight = step == .data ? reply.code == 354 : reply.isPositive
        if !isRight {
            guard reply.isNegative else { return .broken(.nonsense(step)) }
            let refusal = refusal(of: step, reply)
            if step == .reset { return .broken(refusal) }
            failure = failure ?? refusal
            unsent = []
        } else if step == .data {
            // The server would take an empty mail for one whose recipient it has refused.
            return failure.map(Progress.broken) ?? .write(letter.content)
        }
        if !unanswered.isEmpty { return .write([]) }
        if let failure { return .notTaken(failure) }
        return .write(next())
    }

    private func ended(by reply: SMTPReply) -> Progress {
        // Another 2xx says something else: a relay that goes down says 221 in its place.
        if reply.code == 250 { return .taken }
        return reply.isNegative ? .notTaken(refusal(of: .content, reply)) : .broken(.nonsense(.content))
    }

    /// A mail is refused for good by a 5xx for its recipient or for itself. The sender is the operator's setting, and
    /// so is the login that 530, 535 and 538 ask for (RFC 4954): mails wait until that is mended. What many servers
    /// have against the sender, or the name in EHLO (504 5.5.2), they say to the recipient.
    private func refusal(of step: SMTPStep, _ reply: SMTPReply) -> SMTPFailure {
        guard [.recipient, .data, .content].contains(step), ![530, 535, 538].contains(reply.code), reply.code >= 500
        else { return .refused(step, status: reply.status, isPermanent: false) }
        if reply.isAboutSender || (step == .recipient && reply.isAboutDialogue) {
            return .misplaced(step, status: reply.status)
        }
        return .refused(step, status: reply.status, isPermanent: true)
    }

    private func command(_ step: SMTPStep) -> String {
        switch step {
        case .reset: "RSET\r\n"
        case .sender: "MAIL FROM:<\(letter.sender)>\r\n"
        case .recipient: "RCPT TO:<\(letter.recipient)>\r\n"
        default: "DATA\r\n"
        }
    }
}
