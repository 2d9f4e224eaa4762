import ArgumentParser
import GatewayKit
import Logging

/// `migrate`: brings the store's schema up to date, or says where it stands.
struct Migrate: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Bring the store's schema up to date.",
        discussion: "A local store is migrated at every start as well; running this twice does nothing the second time."
    )

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let store = try await Making(deployment, mayCreate: true, logger: deployment.logger(atLeast: .warning)).store()
        let applied = try await store.migrate()
        for script in applied { try host.say("applied \(script.version) \(script.name)") }
        for script in try await store.migrations() {
            try host.say(
                "\(script.version)  \(script.name)  \(script.appliedAt.map { "applied \($0.iso8601)" } ?? "missing")")
        }
    }
}
