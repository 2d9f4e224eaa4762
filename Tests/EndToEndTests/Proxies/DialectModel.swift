/// What a proxy's question has to be answered, told in the simplest way that is right: the header's lines as they are
/// sent, counted one by one. It shares nothing with the gateway but the contract.
struct DialectModel {
    /// One line of the header.
    struct Line {
        let name: String
        let value: String
    }

    /// The proxies, each with the header fields that state the request; Envoy sends the request itself.
    static let dialects: [(name: String, fields: [String])] = [
        ("nginx", ["X-Original-URL", "X-Original-Method"]),
        ("caddy", ["X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"]),
        ("traefik", ["X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"]),
        ("haproxy", ["X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"]),
        ("envoy", []),
    ]

    /// Every field of any dialect.
    static let fields = [
        "X-Original-URL", "X-Original-Method", "X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host",
        "X-Forwarded-Uri",
    ]

    let dialect: (name: String, fields: [String])
    let isTrusted: Bool

    /// The status, where the request asked about is of a path, with the token of somebody or none.
    func status(of path: String, lines: [Line], hasToken: Bool) -> Int {
        let refused = dialect.name == "nginx" ? 403 : 400
        guard isTrusted else { return refused }
        for field in dialect.fields {
            let right = lines.filter { $0.name == field }
            let underscored = lines.filter { $0.name != field && $0.name.replacing("_", with: "-") == field }
            guard right.count == 1, underscored.isEmpty, !right[0].value.contains(",") else { return refused }
        }
        switch path {
        case "/open": return 200
        case "/closed": return 403
        default: return hasToken ? 200 : 401
        }
    }
}
