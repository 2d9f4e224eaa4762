import Foundation
import GatewayKit

/// The client's side of one connection (RFC 5321; STARTTLS by RFC 3207, AUTH by RFC 4954, PIPELINING by RFC 2920):
/// replies come in, actions go out. It does no input or output of its own and knows no clock.
///
/// `SMTPReply.swift` reads replies, `SMTPExchange.swift` is one mail's part of the dialogue, `SMTPLetter.swift` what is
/// sent, `SMTPFailure.swift` what can go wrong. `SMTPChannelHandler.swift` puts it on a channel with the TLS of
/// `SMTPTrust.swift`, `SMTPConnections.swift` holds a few of these and lets senders in by `Turns.swift`;
/// `SMTPMailer.swift` is what the outbox sees, made from `SMTPSettings.swift`.
struct SMTPDialogue: Sendable {
    /// How to speak to the server.
    struct Manners: Sendable {
        /// When TLS begins, if at all.
        let security: SMTPSecurity
        /// Who logs in, if anybody.
        let login: SMTPLogin?
        /// Whether the password may be sent without TLS.
        let allowsLoginWithoutTLS: Bool
        /// The name in EHLO.
        let clientName: String
    }

    /// What the connection's owner has to do, in order.
    enum Action: Hashable, Sendable {
        case write([UInt8])
        /// Begin the TLS handshake.
        case secure
        /// The mail in hand was taken.
        case taken
        /// The mail in hand was not taken.
        case notTaken(SMTPFailure)
        case close

        /// Whether the mail in hand has found its end.
        fileprivate var settles: Bool {
            switch self {
            case .taken, .notTaken: true
            case .write, .secure, .close: false
            }
        }
    }

    private enum State {
        case handshake, greeting, hello, startTLS
        case login(rest: ArraySlice<String>)
        case idle
        case exchange(SMTPExchange)
        case quitting
        case over
    }

    private let manners: Manners
    private var state: State
    private var isSecure = false
    private var pipelines = false
    private var mustReset = false
    private var letter: SMTPLetter?

    /// Begins the dialogue of a connection that has just come about.
    init(_ manners: Manners) {
        self.manners = manners
        state = manners.security == .tls ? .handshake : .greeting
    }

    /// Whether the server waits for another mail.
    var isIdle: Bool { if case .idle = state { true } else { false } }
    /// Whether nothing can come of it any more.
    var isOver: Bool { if case .over = state { true } else { false } }

    /// Takes a mail, while there is no other in hand; it is sent as soon as the server is ready for it.
    mutating func send(_ letter: SMTPLetter) -> [Action] {
        switch state {
        case .over, .quitting: return [.notTaken(.lost(.idle))]
        case .idle:
            self.letter = letter
            return begin(letter)
        default:
            self.letter = letter
            return []
        }
    }

    /// TLS has begun; what was said before it does not count (RFC 3207, section 4.2).
    mutating func secured() -> [Action] {
        guard case .handshake = state else { return fail(.nonsense(step)) }
        isSecure = true
        if manners.security == .startTLS { return sayHello() }
        state = .greeting
        return []
    }

    /// A reply has come, and more bytes behind it or not.
    mutating func received(_ reply: SMTPReply, bytesFollow: Bool = false) -> [Action] {
        // In clear, whoever is in between may say things ahead, so that they are taken for the server's answers later.
        if bytesFollow, manners.security == .startTLS, !isSecure {
            if case .startTLS = state { return fail(.bytesBeforeTLS) }
            return fail(.nonsense(step))
        }
        let step = step
        let actions = answer(to: reply)
        guard bytesFollow, !isOver else { return actions }
        // What follows was said before anything that would be said now, so that it cannot be the answer to that: a 250
        // behind a 354 would count for a message that the server has not seen.
        if actions.contains(where: { if case .write(let bytes) = $0 { !bytes.isEmpty } else { false } }) {
            return fail(.nonsense(step))
        }
        // Nor to the next mail's commands.
        guard actions.contains(where: \.settles) else { return actions }
        return actions + fail(.nonsense(step))
    }

    private mutating func answer(to reply: SMTPReply) -> [Action] {
        if reply.code == 421 { return fail(.closing(step)) }
        switch state {
        case .greeting: return reply.code == 220 ? sayHello() : fail(refusal(reply))
        case .hello: return reply.code == 250 ? afterHello(Extensions(reply)) : fail(refusal(reply))
        case .startTLS:
            guard reply.code == 220 else { return fail(refusal(reply)) }
            state = .handshake
            return [.secure]
        case .login(let rest): return login(reply, rest)
        case .exchange(let exchange): return go(on: exchange, after: reply)
        case .quitting:
            state = .over
            return [.close]
        case .handshake, .idle: return fail(.nonsense(step))
        case .over: return []
        }
    }

    /// Says goodbye, when there is nothing else to do.
    mutating func quit() -> [Action] {
        guard isIdle else { return [] }
        state = .quitting
        return [.write(Array("QUIT\r\n".utf8))]
    }

    /// Ends the dialogue, for the connection is lost or must not go on.
    mutating func fail(_ failure: SMTPFailure) -> [Action] {
        guard !isOver else { return [] }
        state = .over
        defer { letter = nil }
        return (letter == nil ? [] : [.notTaken(failure)]) + [.close]
    }

    /// Where it stands.
    var step: SMTPStep {
        switch state {
        case .handshake: .handshake
        case .greeting: .greeting
        case .hello: .hello
        case .startTLS: .startTLS
        case .login: .login
        case .idle, .over: .idle
        case .exchange(let exchange): exchange.step
        case .quitting: .quit
        }
    }

    private mutating func sayHello() -> [Action] {
        state = .hello
        return say("EHLO " + manners.clientName)
    }

    private mutating func afterHello(_ extensions: Extensions) -> [Action] {
        if manners.security == .startTLS, !isSecure {
            guard extensions.startTLS else { return fail(.noTLS) }
            state = .startTLS
            return say("STARTTLS")
        }
        pipelines = extensions.pipelining
        guard let login = manners.login else { return rest() }
        // Settings that would come to this are refused; this is the last door.
        guard isSecure || manners.allowsLoginWithoutTLS else { return fail(.noTLS) }
        let lines = extensions.plain ? login.plain : extensions.login ? login.login : []
        guard let first = lines.first else { return fail(.noLogin) }
        state = .login(rest: lines.dropFirst())
        return say(first)
    }

    private mutating func login(_ reply: SMTPReply, _ rest: ArraySlice<String>) -> [Action] {
        if reply.code == 235, rest.isEmpty { return self.rest() }
        guard reply.code == 334, let next = rest.first else { return fail(refusal(reply)) }
        state = .login(rest: rest.dropFirst())
        return say(next)
    }

    private mutating func rest() -> [Action] {
        state = .idle
        return letter.map { begin($0) } ?? []
    }

    private mutating func begin(_ letter: SMTPLetter) -> [Action] {
        var exchange = SMTPExchange(letter, pipelines: pipelines, resetsFirst: mustReset)
        let commands = exchange.next()
        state = .exchange(exchange)
        return [.write(commands)]
    }

    private mutating func go(on exchange: SMTPExchange, after reply: SMTPReply) -> [Action] {
        var exchange = exchange
        switch exchange.received(reply) {
        case .write(let bytes):
            state = .exchange(exchange)
            return bytes.isEmpty ? [] : [.write(bytes)]
        case .taken: return settled(.taken)
        case .notTaken(let failure): return settled(.notTaken(failure))
        case .broken(let failure): return fail(failure)
        }
    }

    private mutating func settled(_ action: Action) -> [Action] {
        state = .idle
        letter = nil
        mustReset = action != .taken
        return [action]
    }

    private func say(_ line: String) -> [Action] { [.write(Array((line + "\r\n").utf8))] }

    /// A refusal of what comes before any mail is the connection's or the operator's affair, never the mail's.
    private func refusal(_ reply: SMTPReply) -> SMTPFailure {
        reply.isNegative ? .refused(step, status: reply.status, isPermanent: false) : .nonsense(step)
    }

    /// What the server's answer to EHLO offers.
    private struct Extensions {
        var startTLS = false
        var pipelining = false
        var plain = false
        var login = false

        init(_ reply: SMTPReply) {
            for line in reply.lines.dropFirst() {
                let words = line.uppercased().split(separator: " ")
                switch words.first {
                case "STARTTLS": startTLS = true
                case "PIPELINING": pipelining = true
                case "AUTH":
                    plain = plain || words.contains("PLAIN")
                    login = login || words.contains("LOGIN")
                default: break
                }
            }
        }
    }
}

/// A user name and a password.
struct SMTPLogin: Hashable, Sendable {
    let username: String
    let password: Secret<String>

    /// The lines of AUTH PLAIN (RFC 4616). The first says nothing more, for a line with all of it may be too long.
    var plain: [String] { ["AUTH PLAIN", encoded("\0\(username)\0\(password.reveal())")] }
    /// The lines of AUTH LOGIN, which no standard has but some servers have alone.
    var login: [String] { ["AUTH LOGIN", encoded(username), encoded(password.reveal())] }

    private func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
