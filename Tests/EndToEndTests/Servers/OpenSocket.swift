import Foundation

/// A connection of a test to a server of this machine, for what no HTTP client does: half a request, silence, a second
/// request behind the first.
final class OpenSocket: Sendable {
    private let descriptor: Int32

    /// Connects; what is read or sent later waits for thirty seconds at most.
    init(to address: LocalAddress) throws {
        let socket = try address.socket()
        var deadline = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &deadline, socklen_t(MemoryLayout<timeval>.size))
        }
        do {
            try address.call { connect(socket, $0, $1) }
        } catch {
            close(socket)
            throw error
        }
        descriptor = socket
    }

    deinit { close(descriptor) }

    /// The client's own port, by which a trace of the gateway's calls names the connection.
    var port: Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) { LocalSocket.send(bytes, on: descriptor) }

    /// Says that nothing more will be sent.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything up to the other side's end.
    func rest() -> String {
        var bytes: [UInt8] = []
        while case let next = LocalSocket.receive(on: descriptor), !next.isEmpty { bytes += next }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One answer whose length is stated; nil when the connection ends before it is complete.
    func answer() -> HTTPAnswer? {
        var bytes: [UInt8] = []
        while case let next = LocalSocket.receive(on: descriptor), !next.isEmpty {
            bytes += next
            guard let answer = try? HTTPAnswer(parsing: bytes) else { continue }
            if answer.body.utf8.count >= Int(answer["content-length"] ?? "0") ?? 0 { return answer }
        }
        return nil
    }

    /// Whether the other side has ended the connection, without waiting.
    var hasEnded: Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR }
        }
    }
}
