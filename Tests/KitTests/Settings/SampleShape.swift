import GatewayKit
import GatewayTestKit

/// Settings that show what documents print: one of each kind, and two modules.
enum SampleShape {
    static let settings = Settings<Int>.object(
        "A sample.",
        Field("server", server, default: [:], "How it is reached."),
        Field("mail", .module(.mail), default: ["use": "file", "folder": "out"], "How mail leaves."),
        Field("rules", .list(of: rule), default: [], "Who may do what."),
        Field("name", .string, required: "What it is called | named.", formerly: "title")
    ) { _, _, _, _ in 0 }

    static let root = settings.shape.object ?? ObjectShape(summary: "", fields: [])

    static let server = Settings<Int>.object(
        "How it is reached.",
        Field("port", .integer(1...65535), default: 8080, "Where it listens."),
        Field("debug", .boolean, default: false, "Whether it talks."),
        Field("idle", .duration(.seconds(1) ... .seconds(60)), default: "10s", "How long it waits."),
        Field(
            "trusted", .either(.list(of: .string), Settings<String>.words(["unix"]).map { [$0] }), default: "unix",
            "Who is trusted.")
    ) { _, _, _, _ in 0 }

    static let rule = Settings<Int>.object(
        "A rule.",
        Field("path", .string, required: "What it is about."),
        Field("by", .words(["ip", "account"]), default: "ip", "What is counted."),
        Field("groups", .map(of: .integer(0...9)), default: [:], "How much each may.")
    ) { _, _, _ in 0 }

    static let registry = ModuleRegistry(modules: [smtp, file])

    static let smtp = Module<any Mailer>(
        .mail, "smtp", "Sends mail to a server.",
        settings: .object(
            "A mail server.",
            Field("host", .string, required: "The server's name."),
            Field("password", optional: .secret, "The password.")
        ) { host, _ in host }
    ) { _, _ in RecordingMailer() }

    static let file = Module<any Mailer>(
        .mail, "file", "Writes mail into a folder.",
        settings: .object("A folder.", Field("folder", .path, default: "mail", "The folder.")) { $0 }
    ) { _, _ in RecordingMailer() }
}
