import GatewayKit
import GatewayPostgres

/// What may stand at `url`: libpq's own, and what of it is unwise.
enum PostgresURL {
    static let settings = Settings<PostgresTarget>(shape: text.shape) { node, reading in
        guard let target = text.read(node, in: &reading) else { return nil }
        if let problem = problem(in: target) {
            reading.report(problem, at: node.position)
            return nil
        }
        if let warning = warning(about: target) { reading.warn(warning, at: node.position) }
        return target
    }

    private static let text = Settings<String>.text(
        noun: "a URL such as postgres://gateway@db/gateway?sslmode=verify-full", pattern: "^postgres(ql)?://"
    ).compactMap { text throws(InputRefusal) in
        do throws(PostgresTarget.Refusal) {
            return try PostgresTarget(url: text)
        } catch {
            throw InputRefusal("malformed", error.message)
        }
    }

    private static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    private static func problem(in target: PostgresTarget) -> String? {
        let parameters = target.parameters
        if parameters["password"] != nil {
            return "must not hold the password: state it as 'password', which is not shown"
        }
        if parameters["sslpassword"] != nil {
            return "must not hold 'sslpassword', for it is shown: let the client's key have no passphrase"
        }
        if let encoding = parameters["client_encoding"], encoding != "UTF8" { return "client_encoding must be UTF8" }
        if let mode = parameters["sslmode"], !modes.contains(mode) {
            return "sslmode must be one of " + modes.joined(separator: ", ")
        }
        // A standby may lag: revocations that it has not seen would be taken for none.
        if let wanted = parameters["target_session_attrs"], !["read-write", "primary"].contains(wanted) {
            return "target_session_attrs must be read-write or primary: the gateway writes, and believes no standby"
        }
        return nil
    }

    private static func warning(about target: PostgresTarget) -> String? {
        guard !target.hosts.allSatisfy(isLocal) else { return nil }
        switch target.parameters["sslmode"] ?? "prefer" {
        case "verify-full", "verify-ca": return nil
        case "require":
            return "sslmode=require does not ask who the server is: state sslmode=verify-full and sslrootcert"
        case let mode:
            return "sslmode=\(mode) lets others read along: state sslmode=verify-full and sslrootcert"
        }
    }

    /// Whether what is said to a host stays on this machine; a path is that of a unix socket.
    private static func isLocal(_ host: String) -> Bool {
        ["", "localhost", "::1"].contains(host) || host.hasPrefix("/") || host.hasPrefix("@") || host.hasPrefix("127.")
    }
}
