import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

@Suite struct SMTPSettingsTests {
    @Test func `host and sender are enough`() throws {
        let settings = try #require(read(["host": "smtp.example.com", "from": "a@example.com"]).value)
        #expect(settings.port == 587)
        #expect(settings.security == .startTLS)
        #expect(settings.login == nil)
        #expect(settings.timeout == .seconds(30))
        #expect(!settings.allowsUnverifiedServer && !settings.allowsLoginWithoutTLS)
    }

    @Test func `the port follows from when TLS begins, unless it is written`() {
        for (security, port, expected) in [
            ("starttls", nil, 587), ("tls", nil, 465), ("none", nil, 587), ("tls", "2", 2),
        ]
            as [(String, String?, Int)]
        {
            let pairs = ["host": "localhost", "from": "a@example.com", "security": security, "port": port]
            #expect(read(pairs.compactMapValues(\.self)).value?.port == expected)
        }
    }

    @Test func `slips are met where they stand`() {
        let slips = BrokenFile(
            "mail.yaml",
            """
            mail:  # error: mail: missing key 'host'
              use: smtp
              from: a@example.com
              port: 0  # error: mail.port: expected a whole number from 1 to 65535, found '0'
              security: ssl  # error: mail.security: expected one of starttls, tls, none, found 'ssl'
            """)
        slips.verify(section: "mail", of: .mail, among: .mailers)
    }

    @Test(arguments: [
        "smtp.example.com:587", "smtp://smtp.example.com", "smtp example com", "smtp..example.com", "-x.example.com",
        "smtp.example.com.", "user@smtp.example.com", "[::1]", "smtp.example.com\n", "sm\u{fc}p.example.com",
    ])
    func `a host is a name or an address and nothing else`(host: String) {
        let problems = read(["host": host, "from": "a@example.com"]).problems
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("error: expected a host such as smtp.example.com, without a port") == true)
    }

    @Test func `half a login is none`() {
        for half in ["username", "password"] {
            #expect(
                read(["host": "localhost", "from": "a@example.com", half: "x"]).problems == [
                    "error: username and password belong together: write both or neither"
                ])
        }
    }

    @Test(arguments: ["smtp.example.com", "localhost", "127.0.0.1", "::1", "10.0.0.1"])
    func `what is sent in clear is warned of, except to this machine`(host: String) {
        let problems = read(["host": host, "from": "a@example.com", "security": "none"]).problems
        let isLocal = ["localhost", "127.0.0.1", "::1"].contains(host)
        #expect(
            problems
                == (isLocal
                    ? []
                    : ["warning: mails and the links in them are sent in clear: whoever is in between can use them"]))
    }

    @Test func `a password is sent in clear by a long key alone, with a warning`() {
        var pairs = [
            "host": "localhost", "from": "a@example.com", "security": "none", "username": "gateway",
            "password": "canary",
        ]
        #expect(
            read(pairs).problems == [
                "error: the password would be sent in clear: write security: starttls or tls, or "
                    + "allow_login_without_tls: true"
            ])
        pairs["allow_login_without_tls"] = "true"
        #expect(read(pairs).value?.allowsLoginWithoutTLS == true)
        #expect(read(pairs).problems == ["warning: the password is sent in clear"])
    }

    @Test func `an unverified server and the port of the other kind of TLS are warned of`() {
        let careless = ["host": "mail.test", "from": "a@example.com", "allow_unverified_server": "true"]
        #expect(
            read(careless).problems == [
                "warning: whoever gets in between can read mails, the links in them and the password"
            ])
        #expect(
            read(["host": "mail.test", "from": "a@example.com", "port": "465"]).problems == [
                "warning: servers speak TLS from the first byte on port 465, which is security: tls"
            ])
    }

    @Test func `a file of authorities that is none ends the start`() async throws {
        for path in ["/nowhere/ca.pem", "/dev/null"] {
            await #expect {
                try await Slot.mail.product(
                    of: [
                        "use": "smtp", "host": "mail.test", "from": "a@example.com", "ca": .init(stringLiteral: path),
                    ],
                    among: .mailers, with: .forTests())
            } throws: { error in
                "\(error)" == "mail.ca: \(path) cannot be read as PEM certificates"
            }
        }
    }

    @Test(arguments: [
        ("https://auth.example.com", "auth.example.com"), ("https://192.0.2.1:8443/x", "[192.0.2.1]"),
        ("http://[::1]:8080", "[IPv6:::1]"), ("http://localhost:8080", "localhost"),
        ("https://under_score.example", "[127.0.0.1]"),
    ])
    func `the client's name is the deployment's host`(url: String, name: String) throws {
        #expect(SMTPMailer.clientName(at: try PublicURL(url)) == name)
    }

    private func read(_ pairs: [String: String]) -> (value: SMTPSettings?, problems: [String]) {
        let entries = pairs.map {
            ConfigEntry(key: $0.key, at: .none, value: ConfigNode(.scalar(ConfigScalar($0.value)), at: .none))
        }
        var reading = ConfigReading()
        let value = SMTPSettings.settings.read(ConfigNode(.map(entries), at: .none), in: &reading)
        return (value, reading.problems.map { "\($0.severity): \($0.message)" })
    }
}
