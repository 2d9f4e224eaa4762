/// The requests that are sent, as bytes.
enum Requests {
    /// Whether a token is valid, as a proxy asks it.
    static func verify(token: String) -> [UInt8] {
        request("GET", "/auth/verify", ["Authorization: Bearer \(token)", "X-Forwarded-For: 203.0.113.7"])
    }

    /// Whether a request may pass, as nginx asks it.
    static func verify(forNginx url: String, token: String) -> [UInt8] {
        request(
            "GET", "/auth/verify/nginx",
            [
                "Authorization: Bearer \(token)", "X-Forwarded-For: 203.0.113.7", "X-Original-URL: \(url)",
                "X-Original-Method: GET",
            ])
    }

    /// New tokens for a refresh token.
    static func refresh(_ token: String) -> [UInt8] {
        request("POST", "/auth/refresh", [], json: #"{"refresh_token":"\#(token)"}"#)
    }

    static func request(_ method: String, _ path: String, _ fields: [String], json body: String = "") -> [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: auth.example.com", "User-Agent: benchmark/1", "Accept: */*"]
        lines += fields
        if !body.isEmpty { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }
}

/// Somebody with an account.
struct Person: Sendable {
    let number: Int

    var registration: [UInt8] {
        Requests.request(
            "POST", "/auth/register", [Self.forwarded(number)],
            json: """
                {"username":"person\(number)","email":"person\(number)@example.com","password":"stand-by-the-gate"}
                """)
    }

    /// A login from one of many addresses: one alone may log in thirty times a minute.
    func login(from address: Int) -> [UInt8] {
        Requests.request(
            "POST", "/auth/login", [Self.forwarded(number << 16 + address)],
            json: #"{"username":"person\#(number)","password":"stand-by-the-gate"}"#)
    }

    private static func forwarded(_ number: Int) -> String {
        "X-Forwarded-For: 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    static func crowd(_ count: Int) -> [Person] { (0..<count).map { Person(number: $0) } }
}
