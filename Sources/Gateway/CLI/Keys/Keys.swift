import ArgumentParser
import GatewayAccounts
import GatewayKit
import Logging

/// `keys`: the signing keys, and the secret file that seals them. A running server obeys within a second.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at and change the signing keys, and follow a change of the secret file.",
        discussion: """
            Works on the store that the file names, beside a running server, which obeys within a second, on every \
            node. The gateway replaces its signing key by itself (tokens.rotate_keys_every); nothing here is needed \
            for that.
            """,
        subcommands: [KeysList.self, KeysRotate.self, KeysRevoke.self, KeysRewrap.self])
}

/// `keys list`: every signing key with its state; never its private part.
struct KeysList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the signing keys: id, algorithm, state, when each state began, and what seals them.")

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let store = try await Making(
            deployment, mayCreate: false, logger: deployment.logger(atLeast: .warning)
        ).store()
        let keys = try await store.read { records throws(StorageError) in try records.keys.all() }
        for key in keys {
            var line = "\(key.id)  \(key.algorithm)  \(key.state.rawValue)  created \(key.createdAt.iso8601)"
            if let moment = key.activatedAt { line += "  active since \(moment.iso8601)" }
            if let moment = key.retiredAt { line += "  retired \(moment.iso8601)" }
            if let id = SecretKeyring.sealingID(of: key.sealed) { line += "  sealed by \(id)" }
            try host.say(line)
        }
        if keys.isEmpty { try host.say("no keys yet: the first start makes one") }
    }
}

extension KeyCare {
    /// Makes what the verbs about keys need out of a file, which must be a deployment already.
    static func open(_ file: FileOption, on host: Host) async throws(Failure) -> KeyCare {
        let deployment = try Deployment.read(file, on: host)
        return try await Making(
            deployment, mayCreate: false, logger: deployment.logger(atLeast: .warning)
        ).keyCare()
    }

    /// Who the audit trail says has asked.
    static let actor = Operator.commandLine.actor

    /// Asks something of the keys; throws ``Failure`` in words for the person at the keyboard.
    func asked<Answer: Sendable>(
        _ ask: (any SigningKeys) async throws(StorageError) -> Answer
    ) async throws(Failure) -> Answer {
        do throws(StorageError) {
            return try await ask(keys)
        } catch {
            switch error {
            case .unavailable(let cause): throw Failure("the store is out of reach, nothing was done: \(cause)")
            case .outcomeUnknown(let cause):
                throw Failure("nobody can tell whether it was done, see keys list: \(cause)")
            case .broken(let cause): throw Failure("\(cause)")
            }
        }
    }
}
