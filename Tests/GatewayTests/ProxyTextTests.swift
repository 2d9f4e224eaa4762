import Foundation
import GatewayKit
import Testing

@testable import Gateway

/// What `auth-gateway proxy` prints; that real proxies do with it what it says is shown end to end.
@Suite struct ProxyTextTests {
    private static let sites = [
        "", "server: {public_url: https://auth.example.com}\naccess: {login_url: https://auth.example.com/login}",
        "server: {listen: '0.0.0.0:81', public_url: https://app.example.com}",
    ]

    @Test(arguments: ProxyName.allCases, sites)
    func `every proxy is told all identity headers, its own dialect, and no other`(
        name: ProxyName, file: String
    ) throws {
        let text = try name.text(for: try Self.site(file))
        guard name != .haproxy else { return #expect(text.contains("http-request lua.auth-gateway unless")) }
        for header in ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"] {
            #expect(text.lowercased().contains(header.lowercased()), "\(header)")
        }
        let dialect = name == .haproxyScript ? "haproxy" : name.rawValue
        let asked = text.matches(of: #/verify(/[a-z]+)?/?/#).map(\.output.0)
        #expect(asked.contains("verify/\(dialect)"))
        // The others are where outsiders are kept from the questions.
        #expect(asked.allSatisfy { $0 == "verify/" || $0 == "verify/\(dialect)" }, "\(asked)")
        #expect(!text.split(separator: "\n").contains { $0.count > 120 && !$0.contains("type.googleapis.com") })
    }

    @Test func `it follows the file and the options`() throws {
        let text = NginxSite.text(for: try Self.site(Self.sites[1], host: "APP.test", upstream: "unix:/run/app.sock"))
        for line in [
            "server_name app.test;", "server_name auth.example.com;", "server unix:/run/app.sock;",
            "server 127.0.0.1:8080;", "error_page 401 = @login;",
        ] { #expect(text.contains(line), "\(line)") }
        let wildcard = NginxSite.text(for: try Self.site(Self.sites[2]))
        #expect(wildcard.contains("server 127.0.0.1:81;"))
        #expect(!wildcard.contains("@login"))
        #expect(!wildcard.contains("auth.example.com"))
        let socket = "server: {listen: 'unix:/run/gateway.sock', public_url: https://app.example.com}"
        #expect(NginxSite.text(for: try Self.site(socket)).contains("server unix:/run/gateway.sock;"))
        #expect(CaddySite.text(for: try Self.site(socket)).contains("forward_auth unix//run/gateway.sock {"))
        #expect(HAProxySite.text(for: try Self.site(socket)).contains("server gateway unix@/run/gateway.sock"))
        #expect(EnvoySite.text(for: try Self.site(socket)).contains("{pipe: {path: /run/gateway.sock}}"))
        #expect(throws: Failure.self) { try TraefikSite.text(for: try Self.site(socket)) }
    }

    @Test func `it warns of what has to be mended, and refuses what cannot be written down`() throws {
        #expect(try Self.site(Self.sites[2]).warnings == [])
        #expect(
            try Self.site("").warnings == [
                "server.public_url is http://localhost:8080: set it to https://app.example.com, "
                    + "or where people reach it"
            ])
        let untold = "server: {listen: 'unix:/run/a.sock', public_url: https://app.example.com}"
        #expect(
            try Self.site(untold).warnings == [
                "server.trusted_proxies does not name unix, where a proxy on this machine comes from"
            ])
        for host in ["", "a b", "a;b", "a{", "a\"b", "a:80", "ä.test"] {
            #expect(throws: Failure.self) { try Self.site("", host: host) }
        }
        for upstream in ["3000", "a;b:1", "unix:/a b", "unix:/a;", "127.0.0.1:0", "unix:relative"] {
            #expect(throws: Failure.self) { try Self.site("", upstream: upstream) }
        }
        #expect(throws: Failure.self) { try Self.site("server: {listen: '127.0.0.1:0'}") }
    }

    private static func site(
        _ file: String, host: String = "app.example.com", upstream: String = "127.0.0.1:3000"
    ) throws -> ProxySite {
        let configuration = ConfigurationFile(name: "config.yaml", path: "/config.yaml", bytes: Array(file.utf8))
        let outcome = Decoding.decode(configuration, host: Project.host)
        return try ProxySite(host: host, upstream: upstream, settings: try #require(outcome.settings))
    }
}
