import CPQ

/// Where a server is, by libpq's own connection URL: hosts, database, user and every other parameter of libpq.
public struct PostgresTarget: Hashable, Sendable {
    /// Why a URL is not one.
    public struct Refusal: Error, Hashable, Sendable {
        /// What would be right, without the URL's words.
        public let message: String
    }

    /// The parameters by libpq's names, those of a host apart.
    public private(set) var parameters: [String: String]
    /// The hosts in their order, each with its own parameters; one that is empty is libpq's default.
    let servers: [[String: String]]

    /// Reads a URL (`postgres://user@db1,db2/name?sslmode=verify-full`); throws ``Refusal``.
    public init(url: String) throws(Refusal) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw Refusal(message: "expected a URL such as postgres://gateway@db/gateway")
        }
        guard !url.utf8.contains(0) else { throw Refusal(message: "must not hold NUL") }
        var parameters = try Self.parameters(in: url)
        let lists = ["host", "hostaddr", "port"].map { name in
            (name, parameters.removeValue(forKey: name)?.split(separator: ",", omittingEmptySubsequences: false) ?? [])
        }
        let count = max(1, lists.map { $0.1.count }.max() ?? 1)
        guard lists.allSatisfy({ $0.1.count <= 1 || $0.1.count == count }) else {
            throw Refusal(message: "expected as many ports as hosts, or one for all")
        }
        servers = (0..<count).map { index in
            var server: [String: String] = [:]
            for (name, values) in lists {
                let value = values.count == 1 ? values[0] : values.isEmpty ? "" : values[index]
                if !value.isEmpty { server[name] = String(value) }
            }
            return server
        }
        self.parameters = parameters
    }

    /// The names of the hosts, as the URL has them; an address for a host without a name, nothing for libpq's default.
    public var hosts: [String] { servers.map { $0["host"] ?? $0["hostaddr"] ?? "" } }

    /// The same with a password.
    public func with(password: String) -> PostgresTarget {
        var target = self
        target.parameters["password"] = password
        return target
    }

    private static func parameters(in url: String) throws(Refusal) -> [String: String] {
        var error: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(url, &error) else {
            // libpq's sentence quotes the URL, a password in it too.
            unsafe PQfreemem(error)
            throw Refusal(message: "expected a URL of libpq, with its parameters, each %-encoded")
        }
        defer { unsafe PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe parameters[String(cString: keyword)] = String(cString: value)
            }
            unsafe option = option.successor()
        }
        return parameters
    }
}
