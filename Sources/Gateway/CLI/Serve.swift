import ArgumentParser
import GatewayKit
import Logging

/// `serve`: runs the gateway.
struct Serve: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway until SIGTERM or SIGINT.",
        discussion: """
            Refuses to start, with every problem printed, on a configuration that cannot be used. Applies migrations \
            to a local store by itself. The log goes to standard error; the entry "ready to serve" states the \
            addresses. SIGHUP reads the file again: all of it takes effect or, with the problems logged, none of it.
            """)

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, printingWarnings: false, on: host)
        let style = deployment.logStyle
        let logger = deployment.logger(in: style)
        for warning in deployment.warnings {
            logger.warning("the configuration is unwise", metadata: warning.facts(in: deployment.file.name))
        }
        do throws(Failure) {
            try await Serving.run(deployment, style: style, logger: logger) { () throws(Failure) in
                try Deployment.read(file, printingWarnings: false, on: host)
            }
        } catch {
            // From here on every line is the log's, so that whoever reads it as JSON can read all of it.
            logger.critical("the gateway cannot run", metadata: [LogKey.error: "\(error.message)"])
            throw Failure("", status: error.status)
        }
    }
}

extension ConfigProblem {
    /// The problem as facts of a log entry, in a file of that name.
    func facts(in file: String) -> Logger.Metadata {
        [
            LogKey.place: "\(file):\(position.line):\(position.column)", LogKey.setting: "\(path)",
            LogKey.error: "\(message)",
        ]
    }
}
