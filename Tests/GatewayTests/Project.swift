import Foundation
import GatewayEndpoints
import GatewayKit
import GatewayMailers
import GatewayMiddleware
import GatewayProviders

@testable import Gateway

/// The files of this project, and the host that its binary is.
enum Project {
    static let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    static let host = Host(
        registry: ModuleRegistry(
            sets: [.providers, .mailers, .middleware], routes: GatewayEndpoints.routes),
        // What the example names.
        environment: ["SMTP_PASSWORD": "correct horse"])

    static func text(of path: String) throws -> String {
        try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
    }
}
