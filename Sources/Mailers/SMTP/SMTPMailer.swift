import GatewayKit
import ServiceLifecycle

/// Hands each mail to an SMTP server; it is sent once the server has taken it.
///
/// A mail is refused for good only where the server says so of the mail or of its recipient. All other trouble lets it
/// wait, a wrong password too. A server that went away without an answer may have taken a mail that is sent again;
/// both then have one Message-ID.
struct SMTPMailer: Mailer, Service {
    static let module = Module(
        .mail, "smtp", "Hands mails to an SMTP server.", settings: SMTPSettings.settings
    ) { settings, provision in
        let trust =
            settings.security == .none
            ? nil
            : try await SMTPTrust(
                host: settings.host, authorities: settings.authorities.map(provision.path),
                verifies: !settings.allowsUnverifiedServer)
        let mailer = SMTPMailer(
            settings, clientName: clientName(at: provision.publicURL), trust: trust, time: provision.time)
        provision.run(mailer)
        return mailer
    }

    private let from: Mailbox
    private let timeout: Duration
    private let connections: SMTPConnections
    private let time: any TimeSource

    init(_ settings: SMTPSettings, clientName: String, trust: SMTPTrust?, time: any TimeSource) {
        from = settings.from
        timeout = settings.timeout
        connections = SMTPConnections(settings, clientName: clientName, trust: trust)
        self.time = time
    }

    func send(_ mail: Mail) async throws(MailerError) {
        let letter: SMTPLetter
        do {
            letter = try SMTPLetter(mail, from: from)
        } catch {
            throw .permanent(cause: error)
        }
        do throws(SMTPFailure) {
            try await sendInTime(letter).get()
        } catch {
            throw error.isPermanent ? .permanent(cause: error) : .temporary(cause: error)
        }
    }

    /// Keeps the connections until the shutdown, and ends them then.
    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            // The only error is the task's cancellation, which ends this too.
        }
        await connections.close()
    }

    /// Sends a mail, and ends what takes too long; a mail that was sent after all counts as sent.
    private func sendInTime(_ letter: SMTPLetter) async -> Result<Void, SMTPFailure> {
        await withTaskGroup(of: Result<Void, SMTPFailure>?.self) { group in
            group.addTask {
                do throws(SMTPFailure) {
                    return .success(try await connections.send(letter))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                do {
                    try await time.sleep(for: timeout)
                } catch {
                    // The mail was sent, or whoever sends it has given up.
                }
                return nil
            }
            var isLate = false
            for await result in group {
                group.cancelAll()
                guard let result else {
                    isLate = !Task.isCancelled
                    continue
                }
                if isLate, case .failure(let failure) = result {
                    return .failure(.late(failure.step, after: timeout))
                }
                return result
            }
            preconditionFailure("a task group gives what each of its tasks has returned")
        }
    }

    /// The name in EHLO (RFC 5321, section 4.1.1.1): the host under which people reach this deployment.
    static func clientName(at url: PublicURL) -> String {
        let host = url.host.hasPrefix("[") ? String(url.host.dropFirst().dropLast()) : url.host
        if let address = IPAddress(host) { return address.isIPv6 ? "[IPv6:\(address)]" : "[\(address)]" }
        let isName = host.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-.".utf8.contains(byte)
        }
        return isName ? host : "[127.0.0.1]"
    }
}
