import Foundation
import Synchronization

/// Ports for servers that cannot say which free one they have taken.
public enum FreePort {
    /// Below those that the system gives to clients and to servers that take any, so that only these tests take them.
    private static let candidates = 20_000..<32_000
    private static let last = Mutex(Int.random(in: candidates))

    /// A port of loopback that nobody has, another each time; throws ``ServerFailure`` where there is none.
    public static func next() throws -> Int {
        for _ in candidates {
            let port = last.withLock { last in
                last = last + 1 < candidates.upperBound ? last + 1 : candidates.lowerBound
                return last
            }
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            if (try? bind(descriptor, to: port)) != nil { return port }
        }
        throw ServerFailure(words: "bind", output: "no free port")
    }

    /// Binds a socket to a port of loopback, with 0 to any that is free, and gives the port; throws ``ServerFailure``
    /// when somebody has it.
    @discardableResult
    public static func bind(_ descriptor: Int32, to port: Int = 0) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw ServerFailure(words: "bind", output: "port \(port) is taken") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
