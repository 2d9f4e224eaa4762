import Foundation

/// Where a server of this machine listens.
enum LocalAddress: Sendable {
    case port(Int)
    case unix(path: String)

    /// An open socket for it; the caller closes it.
    func socket() throws(SocketFailure) -> Int32 {
        let family = if case .port = self { AF_INET } else { AF_UNIX }
        // A process that is started meanwhile must not hold the port.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw SocketFailure(code: errno) }
        return descriptor
    }

    /// Calls a function of C with the address as it wants it; throws when that answers anything but 0.
    func call(_ function: (UnsafePointer<sockaddr>, socklen_t) -> Int32) throws(SocketFailure) {
        let result =
            switch self {
            case .port(let port): Self.call(function, with: Self.address(port: port))
            case .unix(let path): Self.call(function, with: Self.address(path: path))
            }
        guard result == 0 else { throw SocketFailure(code: errno) }
    }

    private static func call<Address>(
        _ function: (UnsafePointer<sockaddr>, socklen_t) -> Int32, with address: Address
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }

    private static func address(path: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        precondition(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path), "the path is too long: \(path)")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return address
    }
}

struct SocketFailure: Error { let code: Int32 }

/// A blocking exchange with a server of this machine, on a thread of its own.
enum LocalSocket {
    static func exchange(_ request: [UInt8], with address: LocalAddress) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try blockingExchange(request, with: address) })
            }
        }
    }

    private static func blockingExchange(_ request: [UInt8], with address: LocalAddress) throws -> [UInt8] {
        let descriptor = try address.socket()
        defer { close(descriptor) }
        var deadline = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, socklen_t(MemoryLayout<timeval>.size))
        try address.call { connect(descriptor, $0, $1) }
        send(request, on: descriptor)
        var answer: [UInt8] = []
        while case let bytes = receive(on: descriptor), !bytes.isEmpty { answer += bytes }
        return answer
    }

    /// Sends as much as the other end takes.
    static func send(_ bytes: [UInt8], on descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// What has come next; nothing at the end, after an error, and when nothing has come for too long.
    static func receive(on descriptor: Int32) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return buffer.prefix(max(0, count))
    }
}
