import ArgumentParser
import GatewayKit

/// `keys rotate`: lets another key sign.
struct KeysRotate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Let another key sign; the tokens of the present one stay valid.",
        discussion: """
            The other key is shown for two seconds before it signs, so that every node knows it. Others who check \
            tokens may keep the key set for up to five minutes; the rotation that the gateway does by itself waits for \
            them too.
            """)

    @OptionGroup var file: FileOption
    @Flag(name: .long, help: "Do not wait: for a second, other nodes may refuse the new tokens.")
    var now = false

    /// By when every node has read a key that was published, with a margin.
    static let untilEveryNodeHasRead = Duration.seconds(2)

    func run(on host: Host) async throws {
        let care = try await KeyCare.open(file, on: host)
        guard let key = try await care.asked({ keys throws(StorageError) in try await keys.publish(by: KeyCare.actor) })
        else {
            throw Failure("no keys yet: the first start makes one")
        }
        if !now, care.time.now() < key.createdAt + Self.untilEveryNodeHasRead {
            try host.say("the key \(key.id) is shown, and will sign when every node has read it")
            try await care.time.sleep(for: Self.untilEveryNodeHasRead)
        }
        guard try await care.asked({ keys throws(StorageError) in try await keys.activate(key.id, by: KeyCare.actor) })
        else {
            throw Failure("the key \(key.id) is not there any more, or has signed before")
        }
        try host.say("the key \(key.id) signs; tokens of the former one stay valid until they expire")
    }
}

/// `keys revoke`: refuses a key with all that it signed.
struct KeysRevoke: Verb {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Refuse a key and every token that it signed, at once.",
        discussion: """
            For a key that has leaked. When it is the one that signs, another does so at once. Nobody is logged out: \
            apps get new access tokens by their refresh tokens.
            """)

    @OptionGroup var file: FileOption
    @Argument(help: "The key's id, as keys list shows it.") var id: String

    func run(on host: Host) async throws {
        let care = try await KeyCare.open(file, on: host)
        let outcome = try await care.asked { keys throws(StorageError) in try await keys.revoke(id, by: KeyCare.actor) }
        guard case .revoked(let successor) = outcome else { throw Failure("there is no signing key '\(id)'") }
        try host.say("the key \(id) is revoked: every token that it signed is refused within a second, on every node")
        if let successor { try host.say("the key \(successor) signs now") }
        try host.say("people stay logged in: apps get new access tokens by their refresh tokens")
    }
}
