import GatewayKit
import GatewayTestKit
import GatewayYAML
import Testing

@Suite struct SecretMessageTests {
    @Test(arguments: [
        ("server: {password:canary}", "server: unknown key that is not shown"),
        ("\"password:canary\": x", "unknown key that is not shown"),
        ("{password canary: x}", "unknown key that is not shown"),
        ("mail: {use: password:canary}", "mail: unknown mail module that is not shown, there are smtp, file"),
        ("mail:\n  use: tokn canary", "mail: unknown mail module that is not shown, there are smtp, file"),
        (
            "server:\n  listen: password:canary",
            "server.listen: expected an address such as 127.0.0.1:8080, [::1]:8080 or unix:/run/gateway.sock, "
                + "found a value that is not shown"
        ),
        (
            "login:\n  guesses: \"token: canary\"",
            "login.guesses: expected an allowance such as 10 per 15m, found a value that is not shown"
        ),
        (
            "rules:\n  - {path: /a, by: \"secret canary\"}",
            "rules[0].by: expected one of ip, account, found a value that is not shown"
        ),
        (
            "mail: {use: smtp, host: h, password: &a canary}\nserver:\n  debug: *a",
            "server.debug: expected true or false, found a value that is not shown"
        ),
        (
            "foo: &a 010\nserver:\n  connections: *a",
            "server.connections: expected a whole number from 1 to 1000, found a value that is not shown"
        ),
        ("passwords: canary", "passwords: unknown passwords module that is not shown, there are argon2id"),
        ("passwords: argon2", "passwords: unknown passwords module 'argon2', did you mean 'argon2id'?"),
        ("passwords: {use: scrypt}", "passwords: unknown passwords module 'scrypt', there are argon2id"),
        ("{\"password: canary\": a, \"password: canary\": b}", "this key is already given at 1:2"),
        ("groups: {\"password: canary\": {}}", "groups.password: …: expected a list such as [a, b], found a map"),
    ])
    func `a problem whose place is hidden repeats nothing of it`(_ text: String, _ expected: String) {
        let document = YAMLReader(inputs: SampleSettings.inputs).read(text + "\n", file: "config.yaml")
        let problems = document.decode(Self.settings, registry: Self.registry).problems
        #expect(problems.map { ($0.path.isEmpty ? "" : $0.path + ": ") + $0.message }.contains(expected), "\(problems)")
        let names = SecretNames(root: Self.settings.shape.object ?? SampleSettings.root, registry: Self.registry)
        let shown = Diagnostics(source: document.source, names: names).text(for: problems)
        #expect(!shown.contains("canary"))
        #expect(!problems.contains { "\($0)".contains("canary") })
    }

    private static let settings = Settings<Int>.object(
        "A sample with passwords.",
        Field("server", SampleSettings.server, default: [:], "It."),
        Field("mail", .module(.mail), default: ["use": "file"], "It."),
        Field("login", SampleSettings.login, default: [:], "It."),
        Field("rules", .list(of: SampleSettings.rule), default: [], "It."),
        Field("groups", .map(of: .list(of: .string)), default: [:], "It."),
        Field("passwords", .module(.passwords), default: ["use": "argon2id"], "It.")
    ) { _, _, _, _, _, _ in 0 }

    private static let registry = ModuleRegistry(modules: [SampleSettings.smtp, SampleSettings.file, argon2id])

    private static let argon2id = Module<any PasswordHasher>(
        .passwords, "argon2id", "Hashes.",
        settings: .object("Hashing.", Field("memory", .bytes(1...9), default: "1B", "It.")) { $0 }
    ) { _, _ in FakePasswordHasher() }
}
