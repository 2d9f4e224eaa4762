import Foundation

/// An application on a unix socket, which answers each request with all of it that reached it.
struct RequestEcho: Sendable {
    private let listener: LocalListener

    static func start(at path: String) throws -> Self {
        let listener = try LocalListener(at: .unix(path: path))
        try listener.open(answer)
        return Self(listener: listener)
    }

    func end() { listener.end() }

    private static func answer(_ connection: Int32) {
        defer { close(connection) }
        var request: [UInt8] = []
        while !isWhole(request) {
            let bytes = LocalSocket.receive(on: connection)
            guard !bytes.isEmpty else { return }
            request += bytes
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(request.count)\r\n"
        LocalSocket.send(Array("\(head)Connection: close\r\n\r\n".utf8) + request, on: connection)
    }

    /// Whether the header section and the body have come, whose length is stated or whose last chunk is empty.
    private static func isWhole(_ request: [UInt8]) -> Bool {
        guard let head = try? HTTPAnswer(parsing: Array("HTTP/1.1 200\r\nRequest: ".utf8) + request) else {
            return false
        }
        if head["transfer-encoding"] != nil { return request.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8) }
        return head.body.utf8.count >= Int(head["content-length"] ?? "0") ?? 0
    }
}
