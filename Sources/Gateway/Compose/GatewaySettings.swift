import GatewayAccess
import GatewayAccounts
import GatewayHTTP
import GatewayKit

/// The whole file, decoded.
struct GatewaySettings: Sendable {
    var server: ServerSettings
    var storage: ModuleChoice<any Storage>
    var passwords: ModuleChoice<any PasswordHasher>
    var tokens: ModuleChoice<any TokenIssuer>
    var mail: ModuleChoice<any Mailer>
    var links: LinkSettings
    var registration: RegistrationSettings
    var login: LoginSettings
    var access: AccessSettings
    var pipeline: [ModuleChoice<PipelineStage>]

    /// The one declaration of the file: decoding, schema and documents follow from it.
    static let settings = Settings<GatewaySettings>.object(
        "What a deployment of Auth Gateway is.",
        Field("server", ServerSettings.settings, default: [:], "Where the gateway listens, and what it is called."),
        Field("storage", .module(.storage), default: ["use": "sqlite"], "Where accounts, sessions and keys are kept."),
        Field("passwords", .module(.passwords), default: ["use": "argon2id"], "How passwords are hashed."),
        Field(
            "tokens", .module(.tokens), default: ["use": "jwt"], "How access tokens are made, and how long they last."),
        Field("mail", .module(.mail), default: ["use": "file"], "How mail is delivered."),
        Field("links", LinkSettings.settings, default: [:], "Where the links in mails lead."),
        Field("registration", RegistrationSettings.settings, default: [:], "Who may register."),
        Field("login", LoginSettings.settings, default: [:], "How often a password may be guessed."),
        Field("access", AccessSettings.settings, default: [:], "Who may pass where a reverse proxy asks."),
        Field(
            "pipeline", .list(of: .module(.middleware)),
            default: [
                ["use": "access-log"], ["use": "security-headers"], ["use": "rate-limit"], ["use": "validation"],
            ],
            "What every request passes through, the outermost first.")
    ) { server, storage, passwords, tokens, mail, links, registration, login, access, pipeline in
        GatewaySettings(
            server: server, storage: storage, passwords: passwords, tokens: tokens, mail: mail, links: links,
            registration: registration, login: login, access: access, pipeline: pipeline)
    }
}

extension GatewaySettings {
    /// What the file may hold, for documents and schemas.
    static var root: ObjectShape {
        guard case .object(let shape) = settings.shape else { preconditionFailure("the file is an object") }
        return shape
    }
}
