import Foundation

/// One HTTP/1.1 request over a connection of its own, written byte by byte as stated: no client library tidies it up.
struct HTTPExchange: Sendable {
    var method = "GET"
    var path = "/"
    var headers: [(String, String)] = []
    var body = ""

    /// Sends it to a loopback port and reads the answer to the end of the connection.
    func send(to port: Int) async throws -> HTTPAnswer { try await send(to: .port(port), host: "localhost:\(port)") }

    /// Sends it to a server of this machine that has this name, unless a header says another.
    func send(to address: LocalAddress, host: String) async throws -> HTTPAnswer {
        var lines = ["\(method) \(path) HTTP/1.1"]
        if !headers.contains(where: { $0.0.lowercased() == "host" }) { lines.append("Host: \(host)") }
        lines += headers.map { "\($0.0): \($0.1)" }
        if !body.isEmpty || ["POST", "PATCH", "PUT"].contains(method) {
            lines.append("Content-Length: \(body.utf8.count)")
        }
        lines.append("Connection: close")
        let request = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        return try await HTTPAnswer(parsing: LocalSocket.exchange(Array(request.utf8), with: address))
    }
}

/// What came back.
struct HTTPAnswer: Sendable {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body = ""

    init(parsing bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { throw Unreadable(text: text) }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Unreadable(text: text) }
        self.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers.append((parts[0].lowercased(), parts.last?.trimmingCharacters(in: .whitespaces) ?? ""))
        }
        body = String(text[end.upperBound...])
        if self["transfer-encoding"]?.lowercased() == "chunked" { body = try Self.unchunked(body) }
    }

    /// A header's value by its lower-case name.
    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The body as a JSON object.
    func json() throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] else {
            throw Unreadable(text: body)
        }
        return object
    }

    /// The body as a JSON list of objects.
    func list() throws -> [[String: Any]] {
        guard let list = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [[String: Any]] else {
            throw Unreadable(text: body)
        }
        return list
    }

    /// A member of the JSON body as text.
    func text(_ member: String) throws -> String {
        guard let value = try json()[member] as? String else { throw Unreadable(text: body) }
        return value
    }

    /// All of it but what differs from answer to answer: its id and its date.
    var withoutItsID: String {
        let kept = headers.filter { $0.name != "date" && $0.name != "x-request-id" }.map { "\($0.name): \($0.value)" }
        let anonymous = self["x-request-id"].map { body.replacingOccurrences(of: $0, with: "-") } ?? body
        return (["\(status)"] + kept.sorted() + [anonymous]).joined(separator: "\n")
    }

    private static func unchunked(_ body: String) throws -> String {
        var rest = Substring(body)
        var whole = ""
        while let line = rest.range(of: "\r\n"), let size = Int(rest[..<line.lowerBound], radix: 16), size > 0 {
            let bytes = Array(rest[line.upperBound...].utf8)
            whole += String(decoding: bytes.prefix(size), as: UTF8.self)
            rest = Substring(String(decoding: bytes.dropFirst(size + 2), as: UTF8.self))
        }
        return whole
    }

    struct Unreadable: Error { let text: String }
}
