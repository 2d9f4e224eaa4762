public import GatewayKit
public import Logging

/// The file's `server` section.
public struct ServerSettings: Sendable {
    /// Where people and proxies are answered.
    public let listen: ListenAddress
    /// The mode of a unix socket at ``listen``.
    public let socketMode: Int
    /// Where operators are answered.
    public let operationsListen: ListenAddress
    /// The address under which people reach this deployment.
    public let publicURL: PublicURL
    /// Whose word about a request is believed.
    public let trustedProxies: TrustedProxies
    /// The file of the deployment's own keys, relative to the configuration.
    public let secretFile: String
    /// Whether others may be able to read that file.
    public let allowsReadableSecretFile: Bool
    /// How much a connection may ask for.
    public let limits: Limits
    /// How lines are logged.
    public let log: Log

    /// `server.limits`.
    public struct Limits: Hashable, Sendable {
        /// What a listener counts.
        public let listener: Listener.Limits
        /// The greatest body, in bytes.
        public let body: Int
    }

    /// `server.log`.
    public struct Log: Hashable, Sendable {
        /// How a line is written.
        public enum Format: String, CaseIterable, Sendable {
            /// One line of `key=value` pairs (logfmt).
            case text
            /// One JSON object a line.
            case json
        }

        /// How a line is written.
        public let format: Format
        /// The least level that is written.
        public let level: Logger.Level
    }

    /// The section as it is declared.
    public static let settings = Settings<ServerSettings>.object(
        "Where the gateway listens, and what it believes and takes.",
        Field(
            "listen", .listenAddress, default: "127.0.0.1:8080",
            "Where people and proxies are answered: an address with a port, or unix:/path."),
        Field("socket_mode", socketMode, default: "0660", "The mode of a unix socket, in octal."),
        Field(
            "operations_listen", operationsAddress, default: "127.0.0.1:9090",
            "Where health and metrics are shown, to operators alone."),
        Field(
            "public_url", .publicURL, default: "http://localhost:8080",
            "The address under which people reach the gateway, for links and issuer; http for localhost only."
        ),
        Field(
            "trusted_proxies", .list(of: trustedProxy), default: ["127.0.0.0/8", "::1"],
            "Networks, or the word unix, whose word about clients and requests is believed."),
        Field(
            "secret_file", .path, default: "data/secret.key",
            "Lines of id:key; the first key seals, all open. Made at the first start, for a local store alone."),
        Field(
            "allow_readable_secret_file", readableSecretFile, default: false,
            "Starts even though others may be able to read secret_file."),
        Field("limits", limits, default: [:], "How much a connection may ask for."),
        Field("log", log, default: [:], "How lines are logged.")
    ) {
        ServerSettings(
            listen: $0, socketMode: $1, operationsListen: $2, publicURL: $3, trustedProxies: TrustedProxies($4),
            secretFile: $5, allowsReadableSecretFile: $6, limits: $7, log: $8)
    }

    private static let limits = Settings<Limits>.object(
        "How much a connection may ask for.",
        Field("header", .bytes(1024...1_048_576), default: "16KiB", "The greatest header section."),
        Field("body", .bytes(1024...16_777_216), default: "64KiB", "The greatest body."),
        Field(
            "header_timeout", timeout, default: "10s",
            "How long a header section may take, from its first byte."),
        Field(
            "body_timeout", timeout, default: "20s", "How long a body may take, from the end of the header section."),
        Field(
            "request_timeout", timeout, default: "30s",
            "How long a request may take, from the end of its header section to the end of its answer."),
        Field("idle_timeout", timeout, default: "75s", "How long a connection may be silent between requests."),
        Field("connections", .integer(1...1_000_000), default: 10_000, "How many connections there may be at once.")
    ) {
        Limits(
            listener: Listener.Limits(
                header: $0, headerTimeout: $2, bodyTimeout: $3, requestTimeout: $4, idleTimeout: $5, connections: $6),
            body: $1)
    }

    private static let timeout = Settings<Duration>.duration(.seconds(1) ... .seconds(3600))

    private static let log = Settings<Log>.object(
        "How lines are logged.",
        Field("format", .choice, default: "text", "text is logfmt, json is one object a line."),
        Field("level", .choice, default: "info", "The least level that is written.")
    ) { Log(format: $0, level: $1) }

    private static let operationsAddress = Settings<ListenAddress>.listenAddress.warned(
        "health is answered without a credential; anyone who can reach this address can ask"
    ) { !$0.isLocal }

    private static let socketMode = Settings<Int>.fileMode.warned(
        "everybody on this machine can reach the socket"
    ) { $0 & 0o007 != 0 }

    private static let trustedProxy = Settings<TrustedProxies.Entry>.trustedProxy.warned(
        "everybody is believed about who a request comes from"
    ) { $0.isEverybody }

    private static let readableSecretFile = Settings<Bool>.boolean.warned(
        "whoever can read the secret file can open what the store keeps sealed"
    ) { $0 }
}

extension Settings {
    /// The same setting with a warning about some of its values.
    fileprivate func warned(_ why: String, _ isUnwise: @escaping @Sendable (Value) -> Bool) -> Self {
        Settings(shape: shape) { node, reading in
            let value = read(node, in: &reading)
            if let value, isUnwise(value) { reading.warn(why, at: node.position) }
            return value
        }
    }
}

extension TrustedProxies.Entry {
    fileprivate var isEverybody: Bool {
        if case .network(let network) = self { network.prefix == 0 } else { false }
    }
}

extension Settings where Value == TrustedProxies.Entry {
    /// A network, or the word `unix`.
    fileprivate static var trustedProxy: Self {
        typealias Network = Settings<IPNetwork>
        let noun = "a network such as 10.0.0.0/8, or the word unix"
        let shape = ScalarShape(.string(pattern: "^(unix|\(Network.networkPattern))$"), noun: noun)
        return .parsed(shape, hint: Network.hostBitsHint) { text in
            text == "unix" ? .unixSocket : IPNetwork(text).map { .network($0) }
        }
    }
}

extension Settings where Value == Int {
    /// The permissions of a file in octal, such as `0660`.
    fileprivate static var fileMode: Self {
        let noun = "an octal mode such as '0660'"
        return Settings<String>.text(noun: noun, pattern: "^0?[0-7]{3}$").compactMap { text throws(InputRefusal) in
            let digits = text.count == 4 && text.hasPrefix("0") ? text.dropFirst() : text[...]
            guard digits.count == 3, digits.allSatisfy(\.isASCII), let mode = Int(digits, radix: 8) else {
                throw InputRefusal("invalid_mode", "expected \(noun)")
            }
            return mode
        }
    }
}
