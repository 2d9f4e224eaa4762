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
        for names in [SecretNames(), Self.declared] { #expect(!shown(text, names: names).contains("canary")) }
    }

    @Test(arguments: texts)
    func `no problem of a text holds a secret`(_ text: String) {
        let document = YAMLReader(inputs: SampleSettings.inputs).read(text, file: "config.yaml")
        let (_, problems) = document.decode(SampleSettings.settings, registry: SampleSettings.registry)
        let shown = Diagnostics(source: document.source, names: Self.declared).text(for: problems)
        #expect(!shown.contains("canary"))
    }

    @Test(arguments: [
        "passwrod", "pasword", "pass", "pwd", "psw", "secert", "tokn", "Passwort", "private", "auth", "bearer", "foo",
        "my own", "'my own'", "Hosts", "url2",
    ])
    func `the value of a key that is no setting is hidden`(_ key: String) {
        let texts = [
            "\(key): canary", "mail: {use: smtp, host: h, \(key): canary}", "- {\(key): canary, host: h}",
            "\(key): 'canary'", "\(key):\n  canary", "\(key):\n- canary", "\(key): |\n  canary\n  x: canary",
            "\(key): [canary,\n  canary]", "host: h  # \(key): canary", "? \(key)\n: canary", "{\(key) : canary}",
            "{\(key): {host: canary}}", "\(key):\n  host: canary",
        ]
        let slips = ["\(key):canary", "mail: {\(key):canary}", "\(key)=canary", "\(key) = canary"]
        for text in texts + (key.contains(" ") ? [] : slips) {
            #expect(!shown(text, names: Self.declared).contains("canary"), "\(text)")
        }
    }

    @Test(arguments: [
        "passwrod canary", "mail: {secert canary}", "host: \"secret canary\"", "host: password canary",
        "host: password:canary",
    ])
    func `what stands behind a word like a secret's is hidden`(_ text: String) {
        #expect(!shown(text, names: Self.declared).contains("canary"))
    }

    @Test func `the keys of a map are its own`() {
        let names = SecretNames(root: SampleSettings.root, registry: SampleSettings.registry)
        for text in ["groups: {a: [], b: 5}", "groups:\n  a: 5\n  b:\n  - x\n  c: 5", "{groups: {a: 5}, name: x}"] {
            #expect(!shown(text, names: names).contains("<secret>"), "\(text)")
        }
        for text in ["groups: {a: []}\nb: canary", "{groups: {a: x}, b: canary}", "groups:\n  a: []\nb: canary"] {
            #expect(!shown(text, names: names).contains("canary"), "\(text)")
        }
    }

    @Test(arguments: [
        "allow_readable_secret_file: yes", "keys: 5", "secret_file: data/secret.key", "{secret_file: secret.key}",
        "token_lifetime: 10mm", "token_kind: oqaque", "host: token # why", "use: token-bucket # why",
        "- {use: token, keys: x}", "# a note on hosts, ports and names", "host: https://auth.example.com",
        "host: ${env:HOST:-x}",
    ])
    func `a setting that is no text is shown whatever its name`(_ text: String) {
        let names = SecretNames(root: Self.harmless, registry: ModuleRegistry(modules: []))
        #expect(shown(text, names: names).contains(" 1 | \(text)\n"))
    }

    private func shown(_ text: String, names: SecretNames) -> String {
        let source = ConfigSource(file: "config.yaml", text: text)
        let problems = source.lines.indices.map { line in
            ConfigProblem(at: ConfigPosition(file: "", line: line + 1, column: 1), path: "", "a problem")
        }
        return Diagnostics(source: source, names: names).text(for: problems)
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
            Field("passwords", .module(.passwords), default: ["use": "x"], "Passwords."),
            Field("hosts", .list(of: .string), default: [], "Hosts."), Field("url", .string, default: "", "A URL."),
            Field("rules", .list(of: rule), default: [], "Rules."),
            Field("mail", .module(.mail), default: ["use": "file"], "Mail.")),
        registry: SampleSettings.registry)

    private static let rule = Settings<Int>.object(
        "A rule.", Field("route", .route, default: "", "It."), Field("by", .string, default: "", "It."),
        Field("path", .path, default: "", "It."), Field("a", .string, default: "", "It.")
    ) { _, _, _, _ in 0 }

    /// Settings that are named like secrets and cannot be one.
    private static let harmless = ObjectShape(
        fields: Field("allow_readable_secret_file", .boolean, default: false, "It."),
        Field("keys", .integer(1...9), default: 5, "It."), Field("secret_file", .path, default: "", "It."),
        Field("token_lifetime", .duration(.zero ... .seconds(9)), default: "1s", "It."),
        Field("token_kind", .words(["opaque"]), default: "opaque", "It."),
        Field("host", .string, default: "", "It."))
}

extension ObjectShape {
    fileprivate init<each Value>(fields: repeat Field<each Value>) {
        let settings = Settings<Int>.object("A root.", repeat each fields) { (_: repeat each Value) in 0 }
        self = settings.shape.object ?? ObjectShape(summary: "", fields: [])
    }
}
