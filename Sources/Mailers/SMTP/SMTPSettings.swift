import GatewayKit

/// When TLS begins.
enum SMTPSecurity: String, CaseIterable, Sendable {
    /// After a few words in clear, or nothing is sent.
    case startTLS = "starttls"
    /// From the first byte.
    case tls
    /// Never.
    case none
}

/// What the file says about mail to an SMTP server.
struct SMTPSettings: Sendable {
    let host: String
    let port: Int
    let security: SMTPSecurity
    let login: SMTPLogin?
    let from: Mailbox
    let authorities: String?
    let timeout: Duration
    let allowsLoginWithoutTLS: Bool
    let allowsUnverifiedServer: Bool

    static let settings = fields.advised { settings, node, reading in
        func position(_ key: String) -> ConfigPosition { node.entry(key)?.value.position ?? node.position }
        if settings.login != nil, settings.security == .none, !settings.allowsLoginWithoutTLS {
            reading.report(
                "the password would be sent in clear: write security: starttls or tls, or "
                    + "allow_login_without_tls: true",
                at: position("security"))
            return
        }
        if settings.security == .none, !settings.isLocal {
            reading.warn(
                "mails and the links in them are sent in clear: whoever is in between can use them",
                at: position("security"))
        }
        if settings.security != .none, settings.allowsUnverifiedServer {
            reading.warn(
                "whoever gets in between can read mails, the links in them and the password",
                at: position("allow_unverified_server"))
        }
        if settings.login != nil, settings.security == .none {
            reading.warn("the password is sent in clear", at: position("allow_login_without_tls"))
        }
        if settings.port == 465, settings.security == .startTLS {
            reading.warn(
                "servers speak TLS from the first byte on port 465, which is security: tls", at: position("port"))
        }
    }

    /// The port where the file names none: that of submission, with TLS after or before the first word (RFC 8314).
    private static func port(for security: SMTPSecurity) -> Int { security == .tls ? 465 : 587 }

    private static let fields = Settings<(SMTPSettings, hasHalfALogin: Bool)>.object(
        "Mail to an SMTP server.",
        Field("host", .mailHost, required: "The mail server's name or address."),
        Field("port", optional: .integer(1...65535), "Its port; 587 when it is left out, or 465 with security tls."),
        Field(
            "security", .choice, default: "starttls",
            """
            starttls encrypts after the first words, or sends nothing; tls encrypts from the first byte; none sends in \
            clear, for a server on this machine.
            """),
        Field("username", optional: .string, "Who logs in; nobody when it is left out."),
        Field("password", optional: .secret, "The password of username."),
        Field("from", .mailbox, required: "Who the mails are from, and to whom bounces go."),
        Field(
            "ca", optional: .path,
            "A PEM file of the authorities to trust instead of the system's, for a certificate of your own."
        ),
        Field("timeout", .duration(.seconds(1) ... .seconds(45)), default: "30s", "How long one mail may take."),
        Field(
            "allow_login_without_tls", .boolean, default: "false",
            "Sends the password in clear with security none, where anyone on the way can read it."),
        Field(
            "allow_unverified_server", .boolean, default: "false",
            "Takes any certificate for the server's, so that anyone on the way can be the server.")
    ) { host, port, security, username, password, from, authorities, timeout, withoutTLS, unverified in
        let login = username.flatMap { name in password.map { SMTPLogin(username: name, password: $0) } }
        let settings = SMTPSettings(
            host: host, port: port ?? Self.port(for: security), security: security, login: login, from: from,
            authorities: authorities, timeout: timeout, allowsLoginWithoutTLS: withoutTLS,
            allowsUnverifiedServer: unverified)
        return (settings, (username == nil) != (password == nil))
    }
    .checked("username and password belong together: write both or neither") { !$0.hasHalfALogin }
    .map(\.0)
    .checked("username and password must not hold a NUL") { settings in
        settings.login.map { !"\($0.username)\($0.password.reveal())".utf8.contains(0) } ?? true
    }

    /// Whether the server is on this machine.
    var isLocal: Bool {
        guard let address = IPAddress(host) else { return host == "localhost" }
        return address.isIPv6 ? address.description == "::1" : address.bytes[0] == 127
    }
}

extension Settings {
    /// The same setting with more to say about what was read; an error that it reports makes it unreadable.
    fileprivate func advised(_ advise: @escaping @Sendable (Value, ConfigNode, inout ConfigReading) -> Void) -> Self {
        Settings(shape: shape) { node, reading in
            guard let value = read(node, in: &reading) else { return nil }
            let before = reading.errorCount
            advise(value, node, &reading)
            return reading.errorCount == before ? value : nil
        }
    }
}

extension Settings where Value == String {
    /// A name that can be looked up, or an address.
    fileprivate static var mailHost: Self {
        .parsed(
            ScalarShape(
                .string(pattern: "^[A-Za-z0-9._:-]+$"), noun: "a host such as smtp.example.com, without a port")
        ) { text in
            let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let isName = labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                    && label.allSatisfy { byte in
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                            || byte == UInt8(ascii: "_")
                    }
            }
            return (isName && text.utf8.count <= 253) || IPAddress(text) != nil ? text : nil
        }
    }
}
