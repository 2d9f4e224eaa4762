import ArgumentParser

/// `serve`: runs the gateway.
struct Serve: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway until SIGTERM or SIGINT.",
        discussion: """
            Refuses to start, with every problem printed, on a configuration that cannot be used. Applies migrations \
            to a local store by itself. The log goes to standard error; the entry "ready to serve" states the addresses.
            """)

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        try await Serving.run(deployment)
    }
}
