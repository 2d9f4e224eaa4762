import ArgumentParser
import Foundation
import GatewayKit
import Testing

@testable import Gateway

/// The files of deploy/ that start the gateway, held against the program and against each other. That they start it is
/// shown by deploy/verify-image.sh and, end to end, by `CompositionTests` and `SystemdTests`.
@Suite struct DeployTests {
    @Test(arguments: ["deploy/image/config.yaml", "deploy/compose/gateway.yaml"])
    func `every configuration decodes without a problem or a warning`(path: String) throws {
        #expect(try decode(path).diagnostics == "")
    }

    @Test func `nginx is told what the program prints, with both gateways and the certificate's place`() throws {
        let settings = try #require(try decode("deploy/compose/gateway.yaml").settings)
        let site = try ProxySite(host: "app.example.com", upstream: "app:3000", settings: settings)
        let printed = NginxSite.text(for: site) + "\n"
        var expected = printed
        for (one, own) in [
            ("    server 127.0.0.1:8080;\n", "    server gateway-1:8080;\n    server gateway-2:8080;\n"),
            ("/etc/ssl/certs/app.example.com.pem;", "/secrets/tls_certificate;"),
            ("/etc/ssl/private/app.example.com.key;", "/secrets/tls_key;"),
        ] {
            try #require(expected.contains(one))
            expected = expected.replacing(one, with: own)
        }
        #expect(try Project.text(of: "deploy/compose/nginx.conf") == expected)
    }

    @Test(arguments: [
        "deploy/Dockerfile", "deploy/compose.yaml", "deploy/systemd/auth-gateway.service",
        "deploy/systemd/migrate.conf",
    ])
    func `every verb that is started there is one of the program's`(path: String) throws {
        let text = try Project.text(of: path)
        let started =
            text.matches(of: #/(?m)^Exec[A-Za-z]+=\S*auth-gateway (\S+)/#).map(\.1)
            + text.matches(of: #/\bCMD \[(?:"\S*auth-gateway", )?"(\S+)"\]/#).map(\.1)
            + text.matches(of: #/(?m)^ +command: \[(\S+)\]/#).map(\.1)
        let verbs = started.map(String.init)
        #expect(!verbs.isEmpty)
        for verb in verbs { #expect(throws: Never.self) { try Root.parseAsRoot([verb]) } }
    }

    @Test func `every file that the composition names is there`() throws {
        let composition = try Project.text(of: "deploy/compose.yaml")
        let named = composition.matches(of: #/\./(compose/[A-Za-z.\/_-]+)/#).map { String($0.1) }
        #expect(named.count >= 5)
        for path in named {
            #expect(FileManager.default.fileExists(atPath: Project.folder + "/deploy/" + path), "\(path)")
        }
    }

    @Test(arguments: [
        ("compose/gateway.yaml", "gateway", ["secret_key", "database_password"]),
        ("compose/nginx.conf", "nginx", ["tls_certificate", "tls_key"]),
        ("compose/database.sql", "database", ["database_password"]),
        ("compose.yaml", "database", ["database_owner_password"]),
    ])
    func `every secret that a container reads is made for it`(path: String, owner: String, names: [String]) throws {
        let made = try Project.text(of: "deploy/compose/secrets.sh")
        let read = try Project.text(of: "deploy/" + path).matches(of: #/[ :]\/secrets\/([a-z_]+_[a-z_]+)/#)
        #expect(read.map { String($0.1) } == names)
        for name in names { #expect(made.contains("keep \(owner)/\(name) "), "\(name)") }
    }

    @Test func `the secret file belongs to the image's user, and nothing else is trusted than nginx`() throws {
        let image = try Project.text(of: "deploy/Dockerfile")
        let user = try #require(image.firstMatch(of: #/(?m)^USER ([0-9]+):([0-9]+)$/#))
        #expect(user.1 == user.2 && user.1 != "0")
        #expect(try Project.text(of: "deploy/compose/secrets.sh").contains("\ngateway=\(user.1)\n"))
        let composition = try Project.text(of: "deploy/compose.yaml")
        let nginx = try #require(composition.firstMatch(of: #/ipv4_address: ([0-9.]+)}   # whom gateway.yaml trusts/#))
        #expect(try Project.text(of: "deploy/compose/gateway.yaml").contains("trusted_proxies: [\(nginx.1)]"))
    }

    /// Decodes a configuration, with something in the place of secrets that a container alone has.
    private func decode(_ path: String) throws -> Decoding.Outcome {
        let text = try Project.text(of: path).replacing(#/\$\{file:[^}]*\}/#, with: "secret")
        let file = ConfigurationFile(
            name: path, path: "/etc/auth-gateway/config.yaml", bytes: Array(text.utf8))
        return Decoding.decode(file, host: Project.host)
    }
}
