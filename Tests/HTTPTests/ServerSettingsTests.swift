import GatewayHTTP
import GatewayKit
import Logging
import Testing

@Suite struct ServerSettingsTests {
    @Test func `an empty section is a gateway for this machine`() throws {
        let (server, problems) = read([:])
        let settings = try #require(server)
        #expect(problems.isEmpty)
        #expect(settings.listen == .tcp(host: "127.0.0.1", port: 8080))
        #expect(settings.operationsListen == .tcp(host: "127.0.0.1", port: 9090))
        #expect(settings.publicURL.text == "http://localhost:8080")
        #expect(settings.trustedProxies.trust(.address(try #require(IPAddress("127.0.0.1")))))
        #expect(settings.trustedProxies.trust(.address(try #require(IPAddress("::1")))))
        #expect(!settings.trustedProxies.trust(.unixSocket))
        #expect(settings.limits.body == 65_536)
        #expect(
            settings.limits.listener == Listener.Limits(header: 16_384, idleTimeout: .seconds(75), connections: 10_000))
        #expect(settings.log.format == .text && settings.log.level == .info)
    }

    @Test func `a section of one's own is read as written`() throws {
        let settings = try #require(
            read([
                "listen": "unix:/run/auth.sock", "socket_mode": "0600", "trusted_proxies": ["unix", "10.0.0.0/8"],
                "log": ["format": "json", "level": "debug"], "limits": ["idle_timeout": "5s"],
            ]).server)
        #expect(settings.listen == .unix(path: "/run/auth.sock"))
        #expect(settings.socketMode == 0o600)
        #expect(settings.trustedProxies.trust(.unixSocket))
        #expect(settings.limits.listener.idleTimeout == .seconds(5))
        #expect(settings.log.format == .json && settings.log.level == .debug)
    }

    @Test func `every problem is named at once`() {
        let (server, problems) = read([
            "socket_mode": "rw", "public_url": "http://auth.example.com", "trusted_proxies": ["10.0.0.1/8"],
            "limits": ["header_timout": "10s", "connections": 0], "log": ["level": "loud"],
        ])
        #expect(server == nil)
        #expect(
            problems.map { "\($0.path): \($0.message)" } == [
                "socket_mode: expected an octal mode such as '0660'",
                "public_url: must be https; http is for localhost only",
                "trusted_proxies[0]: expected a network such as 10.0.0.0/8, or the word unix, found '10.0.0.1/8', "
                    + "did you mean '10.0.0.0/8'?",
                "limits: unknown key 'header_timout', did you mean 'header_timeout'?",
                "limits.connections: expected a whole number from 1 to 1000000, found '0'",
                "log.level: expected one of trace, debug, info, notice, warning, error, critical, found 'loud'",
            ])
    }

    @Test func `what is unwise is warned about`() {
        let problems = read(["operations_listen": "0.0.0.0:9090", "allow_readable_secret_file": true]).problems
        #expect(problems.map(\.severity) == [.warning, .warning])
        #expect(
            problems.map(\.message) == [
                "health is answered without a credential; anyone who can reach this address can ask",
                "whoever can read the secret file can open what the store keeps sealed",
            ])
    }

    private func read(_ section: ConfigLiteral) -> (server: ServerSettings?, problems: [ConfigProblem]) {
        var reading = ConfigReading()
        let server = ServerSettings.settings.read(section.node(), in: &reading)
        return (server, reading.problems)
    }
}
