import Foundation

/// An application on a unix socket, which answers each request with the header section that reached it.
struct HeaderEcho: Sendable {
    private let descriptor: Int32

    static func start(at path: String) throws -> Self {
        let address = LocalAddress.unix(path: path)
        let descriptor = try address.socket()
        try address.call { bind(descriptor, $0, $1) }
        guard listen(descriptor, 16) == 0 else { throw SocketFailure(code: errno) }
        Thread.detachNewThread {
            while case let connection = accept(descriptor, nil, nil), connection >= 0 { answer(connection) }
            close(descriptor)
        }
        return Self(descriptor: descriptor)
    }

    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func answer(_ connection: Int32) {
        defer { close(connection) }
        var request: [UInt8] = []
        while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let bytes = LocalSocket.receive(on: connection)
            guard !bytes.isEmpty else { return }
            request += bytes
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(request.count)\r\n"
        LocalSocket.send(Array("\(head)Connection: close\r\n\r\n".utf8) + request, on: connection)
    }
}
