import GatewayKit

/// One request, written byte by byte as it is stated here: no client library tidies it up.
struct Probe: Hashable, Sendable {
    /// A header field.
    struct Field: Hashable, Sendable {
        let name: String
        let value: String

        init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// What stands in `Authorization`.
    enum Credential: Hashable, Sendable {
        case none
        /// The operator's token.
        case token
        /// The same with a letter changed, so that its signature is wrong.
        case tamperedToken
        case other(String)
    }

    /// A request that should fare like this one only when both mean nothing to the proxy: it tells an answer that
    /// everything gets from one that was protected.
    enum Control: Hashable, Sendable {
        /// A path at which nothing is.
        case target(String)
        /// A host that nobody knows.
        case unknownHost
    }

    /// A host that nobody has (RFC 6761, section 6.4).
    static let unknownHost = "auth-gateway-doctor.invalid"

    var method = "GET"
    var target: String
    var version = "HTTP/1.1"
    var hosts: [String]
    var fields: [Field] = []
    var credential = Credential.none
    var control: Control?

    /// The same request with something changed.
    func with(_ change: (inout Probe) -> Void) -> Probe {
        var probe = self
        change(&probe)
        return probe
    }

    /// Requests for what nobody has, which tell what such an answer means: two, for answers to them may differ.
    var controlProbes: [Probe] {
        switch control {
        case .target(let target):
            [target, target + "-again"].map { target in with { ($0.target, $0.control) = (target, nil) } }
        case .unknownHost:
            ["", "-again"].map { Probe(target: "/auth-gateway-doctor" + $0, hosts: [Self.unknownHost]) }
        case nil: []
        }
    }

    /// The bytes that are sent. `name` tells the request apart where it arrives.
    func bytes(named name: String?, token: Secret<String>?) -> [UInt8] {
        let text = token?.reveal() ?? ""
        var lines = lines(token: text, tampered: Self.tampered(text))
        if let name { lines.append("\(Arrival.nameField): \(name)") }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
    }

    /// The request head for people, without any secret.
    var shown: [String] { lines(token: "<token>", tampered: "<token, one letter changed>") }

    private func lines(token: String, tampered: String) -> [String] {
        var lines = ["\(method) \(target) \(version)"] + hosts.map { "Host: \($0)" }
        switch credential {
        case .none: break
        case .token: lines.append("Authorization: Bearer \(token)")
        case .tamperedToken: lines.append("Authorization: Bearer \(tampered)")
        case .other(let value): lines.append("Authorization: \(value)")
        }
        lines += fields.map { "\($0.name): \($0.value)" }
        lines.append("User-Agent: auth-gateway-doctor")
        // A proxy drops the fields that Connection names, so a probe may have one of its own.
        if !fields.contains(where: { $0.name == "Connection" }) { lines.append("Connection: close") }
        return lines
    }

    /// A token with another letter near its end, which belongs to the signature of a signed one.
    static func tampered(_ token: String) -> String {
        var bytes = Array(token.utf8)
        guard bytes.count > 8 else { return token }
        let place = bytes.count - 8
        bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        return String(decoding: bytes, as: UTF8.self)
    }
}
