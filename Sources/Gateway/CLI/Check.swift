import ArgumentParser

/// `check`: reads, decodes and links a configuration, without any effect.
struct Check: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Say whether a configuration can be used, and print what it amounts to.",
        discussion: """
            Reports every problem of the file at once, as a compiler does, and exits with 78 when there is an error. \
            Opens no store, writes nothing, contacts nobody. Secrets are never printed.
            """)

    @OptionGroup var file: FileOption
    @Flag(name: .long, help: "Print what it amounts to instead: every setting, and where its value comes from.")
    var effective = false

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        if effective {
            try host.say(deployment.effectiveConfiguration, end: "")
        } else {
            try host.say("\(deployment.file.name): fine")
        }
    }
}
