import GatewayKit
import GatewayYAML
import Testing

@Suite struct SecretMaskTests {
    /// Each holds a secret that begins with `canary`, in whole and in broken files.
    static let texts = [
        "password: canary",
        "password: 'canary'",
        "password: \"canary",
        "password: \"canary\ncanary\", host: x\nhost: y",
        "password: 'it''s canary'",
        "password: 'a' canary",
        "password: \"a\\\" canary\"",
        "password : canary",
        "password:canary",
        "password= canary",
        "password canary",
        "\"password\": canary",
        "'my password': canary",
        "password: # canary",
        "password: #canary",
        "password: |canary",
        "password: |\n  canary\n  x: canary\n\n  canary",
        "password: >-\n    canary\n  canary\nhost: x",
        "password:\n  canary",
        "password:\n  - canary\n  - canary",
        "keys:\n- canary\n- canary",
        "keys: [canary, canary,\n  canary,\ncanary]",
        "keys:\n  first: canary\n  second: canary",
        "- password: |\n    canary\n  host: x",
        "- - token: canary\n    host: x",
        "password: &anchor canary",
        "password: !tag canary",
        "password: *canary",
        "password: {canary",
        "password: [canary",
        "password: can, canary: canary",
        "password: x, canary",
        "{password: canary, host: x}",
        "{password: canary}",
        "{host: x, password: x, canary}",
        "{password: ca}canary, host: x}",
        "{password: 'canary', host: x}",
        "{password: \"canary, host: x}",
        "{host: x, password: x\n canary, host: x}",
        "mail: {password: \"x\ncanary\", host: x}",
        "mail: {\n  password: x\n  canary,\n  host: x\n}",
        "[{token: canary, a: b}, {a: b}]",
        "- {path: /a, client_secret: canary}",
        "? password\n: canary",
        "API_KEY: canary",
        "smtpPassphrase: canary",
        "credentials: canary",
        "url: postgres://user:canary@db/x",
        "url: \"postgres://user:ca@nary:canary@db/x\"",
        "url: postgres://db/x?password=canary",
        "# password: canary",
        "# password canary",
        "host: x # password: canary",
        "passwords: canary",
        "passwords: {use: bcrypt, pepper_secret: canary}",
        "tokens:\n  key: canary",
        "password: x\n# a comment\n  canary",
        "password:\ncanary",
        "\tpassword: canary",
        "\tpassword: |\n\t\tcanary",
        "password:\r\n  canary\rhost: x",
        "pass_secret: \"canary\\\ncanary\"",
    ]

    @Test(arguments: texts)
    func `no line that is shown holds a secret`(_ text: String) {
        for names in [SecretNames(), Self.declared] {
            let source = ConfigSource(file: "config.yaml", text: text)
            let problems = source.lines.indices.map { line in
                ConfigProblem(at: ConfigPosition(file: "", line: line + 1, column: 1), path: "", "a problem")
            }
            let shown = Diagnostics(source: source, names: names).text(for: problems)
            #expect(!shown.contains("canary"))
        }
    }

    @Test(arguments: texts)
    func `no problem of a text holds a secret`(_ text: String) {
        let document = YAMLReader(inputs: SampleSettings.inputs).read(text, file: "config.yaml")
        let (_, problems) = document.decode(SampleSettings.settings, registry: SampleSettings.registry)
        let shown = Diagnostics(source: document.source, names: Self.declared).text(for: problems)
        // What stands where a key should, or names a module, is a name and not a value.
        let named = ["keys:\n  first", "password: can, canary", "{canary", "x, canary", "passwords: canary"]
        if !named.contains(where: text.contains) { #expect(!shown.contains("canary")) }
    }

    @Test(arguments: [
        ("tokens:\n  algorithm: x", 2, "  algorithm: x"),
        ("tokens: {algorithm: x}", 1, "tokens: {algorithm: x}"),
        ("{password: a, host: x}", 1, "{password: <secret>, host: x}"),
        ("{password: \"a, b\", host: x}", 1, "{password: <secret>, host: x}"),
        ("- {token: a}", 1, "- {token: <secret>}"),
        ("- {token: a} # why", 1, "- {token: <secret>} # why"),
        ("[{token: a}, {host: x}]", 1, "[{token: <secret>}, {host: x}]"),
        ("- {route: POST /auth/forgot-password, by: ip}", 1, "- {route: POST /auth/forgot-password, by: ip}"),
        ("use: token-bucket", 1, "use: token-bucket"),
        ("- token-bucket", 1, "- token-bucket"),
        ("password: a\nhost: x", 2, "host: x"),
        ("password: |\n  a\nhost: x", 3, "host: x"),
        ("- password: a\n  host: x", 2, "  host: x"),
        ("password:\n  - a\nhosts:\n  - b", 4, "  - b"),
        ("url: postgres://user:a@db/x", 1, "url: postgres://user:<secret>@db/x"),
        ("url: https://app.example.com/?t={token}", 1, "url: https://app.example.com/?t={token}"),
        ("mail: {\n  password: a,\n  host: x\n}", 3, "  host: x"),
    ])
    func `what is no secret is shown`(_ text: String, _ line: Int, _ expected: String) {
        let source = ConfigSource(file: "", text: text)
        let problem = ConfigProblem(at: ConfigPosition(file: "", line: line, column: 1), path: "", "a problem")
        let shown = Diagnostics(source: source, names: Self.declared).text(for: [problem])
        #expect(shown.split(separator: "\n")[1] == "    \(line) | \(expected)")
    }

    @Test func `a declared secret is hidden whatever its name`() {
        let root = ObjectShape(fields: Field("pepper", .secret, required: "Makes hashes hot."))
        let source = ConfigSource(file: "", text: "pepper: canary")
        let problem = ConfigProblem(at: ConfigPosition(file: "", line: 1, column: 1), path: "", "a problem")
        let names = SecretNames(root: root, registry: ModuleRegistry(modules: []))
        #expect(!Diagnostics(source: source, names: names).text(for: [problem]).contains("canary"))
    }

    @Test func `the text behind an alias is hidden when a secret is made of it`() {
        let source = ConfigSource(file: "", text: "base: &base canary")
        let problem = ConfigProblem(
            at: ConfigPosition(file: "", line: 1, column: 7, length: 5), path: "mail.password", "a problem")
        let shown = Diagnostics(source: source, names: SecretNames()).text(for: [problem])
        #expect(shown.hasSuffix("    1 | base: <secret>\n      |       ^~~~~~~~\n"))
    }

    static let declared = SecretNames(
        root: ObjectShape(
            fields: Field(
                "tokens", .object("Tokens.", Field("algorithm", .string, default: "", "It.")) { $0 },
                default: [:], "Tokens."),
            Field("passwords", .module(.passwords), default: ["use": "x"], "Passwords.")),
        registry: SampleSettings.registry)
}

extension ObjectShape {
    fileprivate init<each Value>(fields: repeat Field<each Value>) {
        let settings = Settings<Int>.object("A root.", repeat each fields) { (_: repeat each Value) in 0 }
        self = settings.shape.object ?? ObjectShape(summary: "", fields: [])
    }
}
