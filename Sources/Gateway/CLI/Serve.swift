import ArgumentParser
import GatewayKit
import Logging

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
        let deployment = try Deployment.read(file, printingWarnings: false, on: host)
        let logger = deployment.logger()
        for warning in deployment.warnings {
            let place = "\(deployment.file.name):\(warning.position.line):\(warning.position.column)"
            logger.warning(
                "the configuration is unwise",
                metadata: [
                    LogKey.place: "\(place)", LogKey.setting: "\(warning.path)", LogKey.error: "\(warning.message)",
                ])
        }
        do throws(Failure) {
            try await Serving.run(deployment, logger: logger)
        } catch {
            // From here on every line is the log's, so that whoever reads it as JSON can read all of it.
            logger.critical("the gateway cannot run", metadata: [LogKey.error: "\(error.message)"])
            throw Failure("", status: error.status)
        }
    }
}
