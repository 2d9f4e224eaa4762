import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `mail list`: every mail in the outbox, a line each, the oldest first.
struct MailList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the mails: id, state, when each was written, tries, recipient, subject, and what failed last.",
        discussion: """
            waiting: it is tried at the moment that is shown. claimed: a gateway has it in hand. parked: it was given \
            up, and waits for 'mail retry' or 'mail drop'.
            """)

    @OptionGroup var file: FileOption
    @Flag(name: .long, help: "Only those that were given up.") var parked = false

    func run(on host: Host) async throws {
        let care = try await MailCare.open(file, on: host)
        var last: WaitingMail?
        var isNone = true
        repeat {
            let page = try await care.mails(after: last, onlyParked: parked, limit: 500)
            for mail in page { try host.say(mail.line) }
            isNone = isNone && page.isEmpty
            last = page.last
        } while last != nil
        if isNone { try host.say(parked ? "no mail was given up" : "no mail waits") }
    }
}

extension WaitingMail {
    /// One line of a list.
    fileprivate var line: String {
        var parts = [id, word, "written \(createdAt.iso8601)", attempts == 1 ? "1 try" : "\(attempts) tries"]
        switch state {
        case .waiting(let moment): parts.append("next \(moment.iso8601)")
        case .claimed(let moment): parts.append("until \(moment.iso8601)")
        case .parked: break
        }
        switch envelope {
        case .success(let envelope): parts.append("to \(envelope.recipient)  \"\(envelope.subject)\"")
        case .failure(let reason): parts.append("cannot be opened: \(reason)")
        }
        if let failure { parts.append("last failure: \(failure)") }
        return parts.joined(separator: "  ")
    }

    private var word: String {
        switch state {
        case .waiting: "waiting"
        case .claimed: "claimed"
        case .parked: "parked"
        }
    }
}
