import GatewayKit

@testable import GatewayMailers

/// A dialogue with a server that says anything, as a channel would lead it, and what must hold of what goes out.
///
/// The first byte of a script says what is wanted: `s` STARTTLS, `t` TLS, `n` neither; a capital has no login. Bytes
/// that no UTF-8 text has are what else happens: TLS has begun (F9), another mail comes (FA), the connection is lost
/// (FB), it has been idle for long (FC); F8 is a pause.
final class FuzzedTalk {
    private let manners: SMTPDialogue.Manners
    private let letter: SMTPLetter
    private var dialogue: SMTPDialogue
    private var parser = SMTPReplyParser()
    private var piece: [UInt8] = []
    private var isHandshaking: Bool
    private var isSecure = false
    private var isClosed = false
    private var hasMail = false
    /// The codes that came since the envelope began, and how many are right before the message goes out.
    private var codes: [Int] = []
    private var expected = 0
    private var isContentSent = false

    private static let login = SMTPLogin(username: "gateway", password: Secret("canary"))

    init(_ wish: UInt8) {
        let letters: [UInt8: SMTPSecurity] = [
            UInt8(ascii: "s"): .startTLS, UInt8(ascii: "t"): .tls, UInt8(ascii: "n"): .none,
        ]
        let security = letters[wish | 0x20] ?? .startTLS
        manners = SMTPDialogue.Manners(
            security: security, login: wish & 0x20 == 0 ? nil : Self.login,
            // Settings that would come to a password in clear are refused; the dialogue is to refuse it too.
            allowsLoginWithoutTLS: wish == UInt8(ascii: "n"), clientName: "fuzz.example")
        dialogue = SMTPDialogue(manners)
        isHandshaking = security == .tls
        do {
            let mail = try Mail(
                id: "abc", recipient: EmailAddress("john@example.com"), subject: "s", text: "t\n.\n",
                createdAt: Timestamp(seconds: 0))
            letter = try SMTPLetter(mail, from: Mailbox("no-reply@example.com"))
        } catch {
            fatalError("the mail is none: \(error)")
        }
    }

    /// Takes the next byte of a script.
    func take(_ byte: UInt8) {
        guard byte >= 0xf8 else { return piece.append(byte) }
        hear()
        switch byte {
        case 0xf9 where isHandshaking:
            (isHandshaking, isSecure) = (false, true)
            perform(dialogue.secured())
        case 0xfa: handOver()
        case 0xfb: perform(dialogue.fail(.lost(dialogue.step)))
        case 0xfc: perform(dialogue.quit())
        default: break
        }
    }

    /// Gives it a mail, unless it has one.
    func handOver() {
        guard !hasMail else { return }
        hasMail = true
        perform(dialogue.send(letter))
    }

    /// The connection is lost at last.
    func end() {
        hear()
        perform(dialogue.fail(.lost(dialogue.step)))
        claim("each mail has an end", holds: !hasMail)
        claim("it is over when it says so", holds: dialogue.isOver)
    }

    /// Reads what has come, as `SMTPChannelHandler` does.
    private func hear() {
        parser.append(piece)
        piece = []
        while !dialogue.isOver {
            do throws(SMTPReplyParser.Violation) {
                guard let reply = try parser.next() else { return }
                codes.append(reply.code)
                let wasSent = isContentSent
                let actions = dialogue.received(reply, bytesFollow: !parser.isEmpty)
                let isTaken = actions.contains(.taken)
                claim("a mail is taken by 250 behind the message", holds: isTaken == (wasSent && reply.code == 250))
                perform(actions)
            } catch {
                perform(dialogue.fail(.nonsense(dialogue.step)))
            }
        }
    }

    private func perform(_ actions: [SMTPDialogue.Action]) {
        for action in actions {
            claim("nothing happens behind the end", holds: !isClosed || !action.isForTheServer)
            switch action {
            case .write(let bytes): write(bytes)
            case .secure:
                claim("TLS begins once, behind 220 and nothing more", holds: codes.last == 220 && parser.isEmpty)
                claim("TLS begins where it is wanted", holds: manners.security == .startTLS && !isSecure)
                isHandshaking = true
            case .taken: settle()
            case .notTaken(let failure):
                let isRefused = codes.contains { $0 >= 500 && ![530, 535, 538].contains($0) }
                claim("a mail is given up by a 5xx alone", holds: !failure.isPermanent || isRefused)
                checkWords(of: failure)
                settle()
            case .close: isClosed = true
            }
        }
    }

    private func settle() {
        claim("a mail has one end", holds: hasMail)
        (hasMail, isContentSent) = (false, false)
    }

    private func write(_ bytes: [UInt8]) {
        claim("nothing is said while TLS begins", holds: !isHandshaking)
        if bytes == letter.content {
            let right = codes.dropLast().allSatisfy { (200...299).contains($0) } && codes.last == 354
            claim("the message follows a whole envelope", holds: right && codes.count == expected && hasMail)
            isContentSent = true
            return
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        claim("each command is a line", holds: lines.last == "")
        for line in lines.dropLast() { check(String(line)) }
        if let sender = lines.firstIndex(of: "MAIL FROM:<no-reply@example.com>") {
            (codes, expected) = ([], sender + 3)
        }
    }

    private func check(_ line: String) {
        let secrets = Self.login.plain.dropFirst() + Self.login.login.dropFirst()
        let open = ["EHLO fuzz.example", "STARTTLS", "QUIT"]
        let others = [
            "AUTH PLAIN", "AUTH LOGIN", "RSET", "MAIL FROM:<no-reply@example.com>", "RCPT TO:<john@example.com>",
            "DATA",
        ]
        claim("a command is one of these: \(line)", holds: (open + others + secrets).contains(line))
        let isClear = !isSecure && manners.security != .none
        claim("before TLS nothing goes out but EHLO and STARTTLS", holds: !isClear || open.prefix(2).contains(line))
        let mayLogIn = manners.login != nil && (isSecure || manners.allowsLoginWithoutTLS)
        claim("a password goes out where it may", holds: mayLogIn || !secrets.contains(line))
    }

    /// Whatever a server has said, of that its codes alone are told.
    private func checkWords(of failure: SMTPFailure) {
        guard let told = "\(failure)".firstMatch(of: #/, with (.*?)(:|$)/#)?.output.1 else { return }
        let isPlain = told.wholeMatch(of: #/[2-5][0-9]{2}( [245]\.[0-9]{1,3}\.[0-9]{1,3})?/#) != nil
        claim("a failure tells codes alone: \(failure)", holds: isPlain)
    }
}

extension SMTPDialogue.Action {
    fileprivate var isForTheServer: Bool {
        switch self {
        case .write, .secure, .close: true
        case .taken, .notTaken: false
        }
    }
}
