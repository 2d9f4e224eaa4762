import ArgumentParser
import GatewayKit
import Logging

/// `migrate`: brings the store's schema up to date, or says where it stands.
struct Migrate: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Bring the store's schema up to date.",
        discussion: """
            A local store is migrated at every start as well, a shared one by this verb alone; running it twice does \
            nothing the second time. With --status it changes nothing, and exits with 1 where a script is missing.
            """)

    @OptionGroup var file: FileOption

    @Flag(help: "Only say which scripts were applied.")
    var status = false

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let making = Making(deployment, mayCreate: !status, logger: deployment.logger(atLeast: .warning))
        let store = try await making.storeOfAnySchema()
        let (applied, scripts) = try await migrated(store)
        for script in applied { try host.say("applied \(script.version) \(script.name)") }
        for script in scripts {
            try host.say(
                "\(script.version)  \(script.name)  \(script.appliedAt.map { "applied \($0.iso8601)" } ?? "missing")")
        }
        if scripts.contains(where: { $0.appliedAt == nil }) { throw Failure("") }
    }

    private func migrated(
        _ store: any Storage
    ) async throws(Failure) -> (applied: [MigrationStatus], scripts: [MigrationStatus]) {
        do {
            return (status ? [] : try await store.migrate(), try await store.migrations())
        } catch {
            throw Failure("storage: \(error.cause)")
        }
    }
}
