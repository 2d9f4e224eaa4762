import ArgumentParser
import GatewayAccounts
import GatewayKit
import Logging

/// `mail`: the mails that wait or were given up. A running server obeys within five seconds.
struct MailVerbs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail",
        abstract: "Look at mails that wait or were given up, have them tried again, or drop them.",
        discussion: """
            Works on the store that the file names, beside a running server, which finds what is to be tried again \
            within five seconds. A mail's text is never shown, for it may hold a link.
            """,
        subcommands: [MailList.self, MailRetry.self, MailDrop.self])
}

extension MailCare {
    /// Makes what the verbs need out of a file, which must be a deployment already.
    static func open(_ file: FileOption, on host: Host) async throws -> MailCare {
        let deployment = try Deployment.read(file, on: host)
        let making = Making(deployment, mayCreate: false, logger: deployment.logger(atLeast: .warning))
        return try await making.mailCare()
    }
}

/// Which mails a verb is about: some by their ids, or all that were given up.
struct MailChoice: ParsableArguments {
    @Argument(help: "The mails' ids, as mail list and the log show them.") var ids: [String] = []
    @Flag(name: .long, help: "All that were given up.") var parked = false

    func validate() throws {
        guard ids.isEmpty != parked else { return }
        throw ValidationError(parked ? "Give ids or --parked, not both." : "Give the ids of mails, or --parked.")
    }

    /// Changes each mail of the choice and says what became of it; throws ``Failure`` for those that were not changed.
    func change(
        on host: Host, saying outcome: (String) -> String, _ one: (String) async throws(AccountsError) -> Change,
        _ all: () async throws(AccountsError) -> Int
    ) async throws {
        if parked {
            try host.say(outcome(Self.count(try await asked(all))))
            return
        }
        var refusals: [String] = []
        for id in ids {
            switch try await asked({ () async throws(AccountsError) in try await one(id) }) {
            case .made: try host.say(outcome("the mail \(id)"))
            case .inHand(let moment):
                refusals.append(
                    "the mail '\(id)' is just being delivered, nothing was done: ask again after \(moment.iso8601)")
            case .missing: refusals.append("there is no mail '\(id)': it was delivered, or never was")
            }
        }
        guard refusals.isEmpty else { throw Failure(refusals.joined(separator: "\n")) }
    }

    typealias Change = MailCare.Change

    private static func count(_ mails: Int) -> String { mails == 1 ? "1 mail" : "\(mails) mails" }

    private func asked<Answer>(_ ask: () async throws(AccountsError) -> Answer) async throws(Failure) -> Answer {
        do throws(AccountsError) {
            return try await ask()
        } catch {
            switch error {
            case .outcomeUnknown(let cause):
                throw Failure("nobody can tell whether it was done, see mail list: \(cause)")
            case .unavailable(let cause) where parked:
                throw Failure("the store is out of reach, perhaps not all were met, run it again: \(cause)")
            case .unavailable(let cause): throw Failure("the store is out of reach: \(cause)")
            case .broken(let cause): throw Failure("\(cause)")
            default: throw Failure("\(error)")
            }
        }
    }
}
