import Foundation

/// A kept-alive connection to a server of this machine, for one thread that waits for each answer.
final class Connection {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 16 * 1024)

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(code: errno) }
        var (one, patience): (Int32, timeval) = (1, timeval(tv_sec: 30, tv_usec: 0))
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard FreePort.call(connect, descriptor, port: port) == 0 else { throw SocketFailure(code: errno) }
    }

    deinit { close(descriptor) }

    struct Answer {
        let status: Int
        let body: ArraySlice<UInt8>

        /// What stands behind `"access_token":` in a body of JSON.
        var accessToken: String? { text(behind: "access_token") }

        /// What stands behind a name in a body of JSON.
        func text(behind name: String) -> String? {
            let text = String(decoding: body, as: UTF8.self)
            guard let name = text.range(of: "\"\(name)\":\"") else { return nil }
            return String(text[name.upperBound...].prefix { $0 != "\"" })
        }
    }

    /// Sends a request and waits for its whole answer.
    func exchange(_ request: [UInt8]) throws -> Answer {
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw SocketFailure(code: errno)
        }
        var filled = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return recv(descriptor, rest.baseAddress, rest.count, 0)
            }
            guard count > 0 else { throw SocketFailure(code: count == 0 ? ECONNRESET : errno) }
            filled += count
            if let answer = answer(in: buffer[..<filled]) { return answer }
        }
    }

    private func answer(in bytes: ArraySlice<UInt8>) -> Answer? {
        guard bytes.count > 12 else { return nil }
        var (length, line) = (0, 0)
        for index in bytes.indices where bytes[index] == 10 {
            if index - line < 2 {
                guard bytes.count - (index + 1) >= length else { return nil }
                let status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
                return Answer(status: status, body: bytes[(index + 1)...])
            }
            if let stated = Self.length(statedBy: bytes[line..<index]) { length = stated }
            line = index + 1
        }
        return nil
    }

    private static func length(statedBy line: ArraySlice<UInt8>) -> Int? {
        guard line.count > name.count, zip(line, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { return nil }
        return line.dropFirst(name.count).reduce(0) { 48...57 ~= $1 ? $0 * 10 + Int($1) - 48 : $0 }
    }

    private static let name = Array("content-length:".utf8)
}

struct SocketFailure: Error { let code: Int32 }

/// A port of the loopback interface that nobody listens at.
enum FreePort {
    static func next() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard call(bind, descriptor, port: 0) == 0 else { throw SocketFailure(code: errno) }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard code == 0 else { throw SocketFailure(code: errno) }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Calls a function of C with that port's address.
    static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32, port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
