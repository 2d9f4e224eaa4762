import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `keys rewrap`: follows a new first line of the secret file.
struct KeysRewrap: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rewrap",
        abstract: "Seal again, with the first key of the secret file, whatever another of its keys has sealed.",
        discussion: """
            To replace the secret file's key: write a new line before the old one, restart the gateway, run this, \
            remove the old line, restart again. With several nodes, write the new line behind the old one first and \
            restart them all, so that each can open what another seals. Stopped half-way, it is run again.
            """)

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let care = try await KeyCare.open(file, on: host)
        let keys = try await care.asked { keys throws(StorageError) in try await keys.reseal(by: KeyCare.actor) }
        try host.say("signing keys: \(Self.line(keys))")
        let mails = try await care.mails()
        try host.say("mails: \(Self.line(mails))")
        let unopened = keys.unopened + mails.unopened
        guard unopened.isEmpty else {
            throw Failure((unopened + ["keep every line of server.secret_file"]).joined(separator: "\n"))
        }
        try host.say("every line of server.secret_file but the first can be removed")
    }

    private static func line(_ outcome: Resealing) -> String {
        "\(outcome.resealed) sealed again, \(outcome.kept) were already"
            + (outcome.unopened.isEmpty ? "" : ", \(outcome.unopened.count) cannot be opened")
    }
}

extension KeyCare {
    fileprivate func mails() async throws(Failure) -> Resealing {
        do throws(AccountsError) {
            return try await outbox.reseal(in: store, at: time.now(), by: Self.actor)
        } catch {
            throw Failure("not every mail is sealed again, run it once more: \(error)")
        }
    }
}
