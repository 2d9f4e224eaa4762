import GatewayKit
import GatewayYAML
import GatewayTestKit
import Testing

@Suite struct EffectiveConfigurationTests {
    private let text = """
        name: ${env:HOST}
        mail: {use: smtp, host: smtp.example.com, port: "${env:MAIL_PORT}", password: "${file:/run/password}"}
        server:
          max_connections: 5
          keys: [canary1, "${env:SECRET}"]
          secret_file: data/secret.key
          trusted: [10.0.0.0/8, "::1"]
        rules:
          - path: "a: #b"
            token: canary2
          - {path: "$${x}", by: account}
        groups: {"o n": [], b: [x, "y,z"]}
        """

    @Test func `a file is shown with its defaults, without its secrets, with the origin of its values`() {
        #expect(
            effective(text) == """
                server:
                  listen: 127.0.0.1:8080  # default
                  connections: 5
                  debug: false  # default
                  secret_file: data/secret.key
                  keys:
                    - <secret>
                    - <secret>  # from ${env:SECRET}
                  trusted: [10.0.0.0/8, "::1"]
                mail:
                  use: smtp
                  host: smtp.example.com
                  port: 25  # from ${env:MAIL_PORT}
                  password: <secret>  # from ${file:/run/password}
                login:  # default
                  back_off: 1h  # default
                  guesses: 10 per 15m  # default
                  body: 64KiB  # default
                rules:
                  - path: "a: #b"
                    by: ip  # default
                    token: <secret>
                  - path: "$${x}"
                    by: account
                groups:
                  o n: []
                  b: [x, "y,z"]
                name: <not shown>  # from ${env:HOST}

                """)
    }

    @Test func `of what is filled in only numbers, words, booleans and quantities are shown`() {
        let shown = effective(
            """
            server: {listen: "unix:/run/${env:SECRET}", connections: "${env:MAIL_PORT}", secret_file: "${env:SECRET}"}
            login: {back_off: "${env:MAIL_PORT}m", body: "${env:MAIL_PORT}KiB"}
            rules: [{path: a, by: "${env:NOPE:-ip}"}]
            """)
        #expect(!shown.contains("canary"))
        for line in [
            "listen: <not shown>  # from ${env:SECRET}", "connections: 25  # from ${env:MAIL_PORT}",
            "secret_file: <not shown>  # from ${env:SECRET}", "back_off: 25m  # from ${env:MAIL_PORT}",
            "body: 25KiB  # from ${env:MAIL_PORT}", "by: ip  # from ${env:NOPE}",
        ] {
            #expect(shown.contains(line + "\n"), "\(line)")
        }
    }

    @Test func `a text that other readers take for a number is put in quotes`() {
        for text in ["0660", "1e3", "0x10", "1.50", "00"] {
            #expect(effective("name: '\(text)'").contains("name: \"\(text)\"\n"))
        }
        #expect(effective("name: '25'").contains("name: 25\n"))
        #expect(effective("name: 25m").contains("name: 25m\n"))
    }

    @Test func `an empty file is shown as its defaults`() {
        #expect(
            effective("").hasPrefix("server:  # default\n  listen: 127.0.0.1:8080  # default\n"))
        #expect(effective("mail: smtp\n").contains("mail:\n  use: smtp\n"))
        #expect(effective("").contains("mail:  # default\n  use: file\n  folder: mail  # default\n"))
    }

    @Test func `what is shown reads as the same again`() {
        let text = text.split(separator: "\n").filter { !$0.contains("${") && !$0.contains("canary") }
            .joined(separator: "\n")
        let once = effective(text)
        let twice = effective(once)
        #expect(!once.isEmpty)
        #expect(withoutComments(twice) == withoutComments(once))
    }

    @Test func `every text that is shown is read as itself`() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("ab0: #-[]{}'\"\\,&*!|>%@?~$<\n\t\u{85}\u{2028}\u{1}ü日\u{1F600}\u{301}".unicodeScalars)
        for _ in 0..<2000 {
            let scalars = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &random)]
            }
            let text = String(String.UnicodeScalarView(scalars))
            let node = ConfigNode(.scalar(ConfigScalar(text)), at: .none)
            let root = ConfigNode(
                .map([
                    ConfigEntry(key: "name", at: .none, value: node),
                    ConfigEntry(
                        key: "groups", at: .none,
                        value: ConfigNode(
                            .map([ConfigEntry(key: "g", at: .none, value: ConfigNode(.list([node, node]), at: .none))]),
                            at: .none)),
                ]), at: .none)
            let shown = EffectiveConfiguration.yaml(
                for: root, root: SampleSettings.root, registry: SampleSettings.registry)
            let read = YAMLReader(inputs: ConfigInputs()).read(shown, file: "")
            #expect(read.problems.isEmpty, "\(text.debugDescription)")
            #expect(read.root?.entry("name")?.value.text == text)
            #expect(read.root?.entry("groups")?.value.entry("g")?.value.texts == [text, text])
        }
    }

    private func effective(_ text: String) -> String {
        let inputs = ConfigInputs(
            environment: ["HOST": "canary3", "SECRET": "canary4", "MAIL_PORT": "25"],
            files: ["/run/password": "canary5\n"])
        let document = YAMLReader(inputs: inputs).read(text, file: "config.yaml")
        #expect(document.problems.isEmpty)
        guard let node = document.root else { return "" }
        return EffectiveConfiguration.yaml(for: node, root: SampleSettings.root, registry: SampleSettings.registry)
    }

    private func withoutComments(_ text: String) -> [Substring] {
        text.split(separator: "\n").map { $0.split(separator: "  # ").first ?? "" }
    }
}

extension ConfigNode {
    fileprivate var text: String? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.text
    }

    fileprivate var texts: [String?] {
        guard case .list(let items) = content else { return [] }
        return items.map(\.text)
    }
}
