import GatewayKit
import GatewayTestKit
import GatewayYAML

/// A small configuration that has one setting of each kind, for the tests of this folder.
struct SampleSettings: Sendable {
    var listen: ListenAddress
    var connections: Int
    var mail: ModuleChoice<any Mailer>
    var name: String

    static let settings = Settings<SampleSettings>.object(
        "A sample.",
        Field("server", server, default: [:], "How it is reached."),
        Field("mail", .module(.mail), default: ["use": "file"], "How mail leaves."),
        Field("login", login, default: [:], "How people log in."),
        Field("rules", .list(of: rule), default: [], "Who may do what."),
        Field("groups", .map(of: .list(of: .string)), default: [:], "Who belongs to what."),
        Field("name", .string, default: "sample", "What it is called.")
    ) { server, mail, _, _, _, name in
        SampleSettings(listen: server.0, connections: server.1, mail: mail, name: name)
    }

    static let root = settings.shape.object ?? ObjectShape(summary: "", fields: [])

    static let server = Settings<(ListenAddress, Int)>.object(
        "How it is reached.",
        Field("listen", .listenAddress, default: "127.0.0.1:8080", "Where it listens."),
        Field("connections", .integer(1...1000), default: 100, "How many at once.", formerly: "max_connections"),
        Field("debug", .boolean, default: false, "Whether it talks."),
        Field("secret_file", .path, default: "secret.key", "Where its keys are."),
        Field("keys", .list(of: .secret), default: [], "Its keys."),
        Field("trusted", .either(networks, unix), default: "unix", "Who is trusted.")
    ) { listen, connections, _, _, _, _ in (listen, connections) }

    static let networks = Settings<[IPNetwork]>.list(of: .network)
    static let unix = Settings<String>.words(["unix"]).map { _ in [IPNetwork]() }

    static let login = Settings<Duration>.object(
        "How people log in.",
        Field("back_off", .duration(.seconds(1)...(.seconds(86_400))), default: "1h", "How long to wait."),
        Field("guesses", .rateLimit, default: "10 per 15m", "How often to guess."),
        Field("body", .bytes(1024...(1 << 20)), default: "64KiB", "How much to send.")
    ) { wait, _, _ in wait }

    static let rule = Settings<String>.object(
        "A rule.",
        Field("path", .string, required: "What it is about."),
        Field("by", .words(["ip", "account"]), default: "ip", "What is counted."),
        Field("token", optional: .secret, "What opens it.")
    ) { path, _, _ in path }

    static let registry = ModuleRegistry(modules: [smtp, file])

    static let smtp = Module<any Mailer>(
        .mail, "smtp", "Sends mail to a server.",
        settings: .object(
            "A mail server.",
            Field("host", .string, required: "The server's name."),
            Field("port", .integer(1...65535), default: 587, "The server's port."),
            Field("password", optional: .secret, "The password.")
        ) { host, _, _ in host }
    ) { _, _ in RecordingMailer() }

    static let file = Module<any Mailer>(
        .mail, "file", "Writes mail into a folder.",
        settings: .object("A folder.", Field("folder", .path, default: "mail", "The folder.")) { $0 }
    ) { _, _ in RecordingMailer() }

    static let inputs = ConfigInputs(
        environment: ["PORT": "canary80", "EMPTY": "", "HOST": "smtp.example.com", "SECRET": "canary-from-env"],
        files: ["/run/password": "canary-from-file\n", "folder/near": "near", "/run/long": long, "/run/empty": "\n"])

    private static let long = String(repeating: "x", count: (64 << 10) + 1)
}
