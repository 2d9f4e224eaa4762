import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `mail retry`: has mails tried again.
struct MailRetry: Verb {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Have mails tried again now, as if they never had been.",
        discussion: """
            For those that were given up, once the reason is gone, and for those that wait, so that nobody waits for \
            their next try. A link in a mail ends when it ends: who gets it too late has to ask for another.
            """)

    @OptionGroup var file: FileOption
    @OptionGroup var mails: MailChoice

    func run(on host: Host) async throws {
        let care = try await MailCare.open(file, on: host)
        try await mails.change(
            on: host, saying: { "\($0): a running gateway tries again within five seconds" },
            { id throws(AccountsError) in try await care.retry(id, by: .commandLine) },
            { () throws(AccountsError) in try await care.retryParked(by: .commandLine) })
    }
}

/// `mail drop`: erases mails that nobody is to get.
struct MailDrop: Verb {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Erase mails, so that nobody gets them; nothing brings them back.",
        discussion: "One that a gateway has in hand is refused, for nobody could tell whether it was delivered.")

    @OptionGroup var file: FileOption
    @OptionGroup var mails: MailChoice

    func run(on host: Host) async throws {
        let care = try await MailCare.open(file, on: host)
        try await mails.change(
            on: host, saying: { "\($0): dropped" },
            { id throws(AccountsError) in try await care.drop(id, by: .commandLine) },
            { () throws(AccountsError) in try await care.dropParked(by: .commandLine) })
    }
}
