import ArgumentParser
import GatewayAccess
import Logging

/// `check`: reads, decodes and links a configuration, without any effect.
struct Check: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Say whether a configuration can be used, and print what it amounts to.",
        discussion: """
            Reports every problem of the file at once, as a compiler does, and exits with 78 when there is an error. \
            Opens no store, writes nothing, contacts nobody; key sets of other issuers that are files are read too. \
            Secrets are never printed.
            """)

    @OptionGroup var file: FileOption
    @Flag(name: .long, help: "Print what it amounts to instead: every setting, and where its value comes from.")
    var effective = false

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        // What a start would refuse of files that the file names.
        _ = try await TrustedIssuers.made(
            of: deployment.settings.access.issuers, in: deployment, logger: deployment.logger(atLeast: .warning))
        if effective {
            try host.say(deployment.effectiveConfiguration, end: "")
        } else {
            try host.say("\(deployment.file.name): fine")
        }
    }
}
