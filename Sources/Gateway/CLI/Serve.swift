import ArgumentParser
import GatewayKit
import Logging
import UnixSignals

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
        // From the first moment on: until it is trapped, SIGHUP ends a process.
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        let deployment = try Deployment.read(file, printingWarnings: false, on: host)
        let style = deployment.logStyle
        let logger = deployment.logger(in: style)
        for warning in deployment.warnings {
            logger.warning("the configuration is unwise", metadata: warning.facts(in: deployment.file.name))
        }
        logger.info("the configuration was read", metadata: [LogKey.file: "\(deployment.file.name)"])
        // A file that was there must be there again, whether or not it was named.
        var again = file
        if !deployment.file.isNone { again.config = deployment.file.name }
        do throws(Failure) {
            try await Serving.run(deployment, style: style, logger: logger, reloadingAt: hangUps) {
                [again] () throws(Failure) in try Deployment.read(again, printingWarnings: false, on: host)
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
        var facts: Logger.Metadata = [
            LogKey.place: "\(file):\(position.line):\(position.column)", LogKey.error: "\(message)",
        ]
        if !path.isEmpty { facts[LogKey.setting] = "\(path)" }
        return facts
    }
}
