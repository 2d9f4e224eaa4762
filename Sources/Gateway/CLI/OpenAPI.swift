import ArgumentParser
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import Logging

/// `openapi`: the document of the REST API.
struct OpenAPI: Verb {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the REST API as an OpenAPI 3.1 document.",
        discussion: """
            The same that a running gateway shows as /openapi.json. The file says at which address, and how long \
            passwords may be; no store is opened.
            """)

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let making = Making(deployment, mayCreate: false, logger: deployment.logger(atLeast: .warning))
        let document = OpenAPIDocument(
            routes: GatewayEndpoints.declarations(policy: try await making.passwordPolicy()),
            publicURL: deployment.settings.server.publicURL, version: Version.current)
        try host.say(document.text, end: "")
    }
}
