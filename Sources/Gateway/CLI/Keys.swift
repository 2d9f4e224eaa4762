import ArgumentParser
import GatewayKit
import Logging

/// `keys`: the signing keys.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the signing keys.", subcommands: [KeysList.self])
}

/// `keys list`: every signing key with its state; never its private part.
struct KeysList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the signing keys: id, algorithm, state and when each state began.")

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
            try host.say(line)
        }
        if keys.isEmpty { try host.say("no keys yet: the first start makes one") }
    }
}
