import Foundation
import GatewayEndpoints
public import GatewayKit

/// The program: its verbs over the modules that a binary contains.
///
/// `CLI/` holds a verb a file; `Compose/` goes from the file to the running services, one file a phase; `Logging/`
/// writes the log's lines.
public enum AuthGateway {
    /// Runs the verb that the command line asks for, and ends the process: 0 fine, 1 the thing asked for failed, 2
    /// wrong usage, 78 a configuration that cannot be used.
    public static func main(modules sets: [ModuleSet]) async -> Never {
        let host = Host(registry: ModuleRegistry(sets: sets, routes: GatewayEndpoints.routes))
        let status = await Root.run(Array(CommandLine.arguments.dropFirst()), on: host)
        exit(status)
    }
}
