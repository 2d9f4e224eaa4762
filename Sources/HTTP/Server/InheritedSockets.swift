import Foundation
public import GatewayKit
import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Sockets that somebody listens at already and hands to this process, as `sd_listen_fds(3)` says: systemd by a socket
/// unit, or another supervisor that keeps to it. Connections wait there while the gateway is started anew.
///
/// A listener that is to have the address of one takes it instead of making its own.
public final class InheritedSockets: Sendable {
    /// Why what was handed over cannot be used.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// It in words, which name a variable, a descriptor or an address.
        public let description: String
    }

    private let waiting: Mutex<[CInt: ListenAddress]>

    /// None.
    public init() { waiting = Mutex([:]) }

    /// Takes over what the variables `LISTEN_PID` and `LISTEN_FDS` announce to the process of that id, from the
    /// descriptor behind standard error on; none where one is missing or they mean another. Throws ``Problem`` where a
    /// descriptor is not what they promise.
    public convenience init(announcedBy environment: [String: String], to process: Int32) throws(Problem) {
        try self.init(announcedBy: environment, to: process, from: 3)
    }

    init(announcedBy environment: [String: String], to process: Int32, from first: CInt) throws(Problem) {
        guard let text = environment["LISTEN_FDS"], environment["LISTEN_PID"] == "\(process)" else {
            waiting = Mutex([:])
            return
        }
        guard let count = Int32(text), (1...64).contains(count) else {
            throw Problem(description: "LISTEN_FDS is '\(text)', and not a number of sockets from 1 to 64")
        }
        var addresses: [CInt: ListenAddress] = [:]
        for socket in first..<first + count {
            guard let address = Self.address(listenedAtBy: socket) else {
                throw Problem(description: "descriptor \(socket) of those handed over is no stream socket that listens")
            }
            if case .unix(let path) = address, !Self.isSocket(path) {
                throw Problem(
                    description: "the socket at \(path) is handed over, and nobody can reach it: its file is gone")
            }
            addresses[socket] = address
        }
        waiting = Mutex(addresses)
    }

    /// Throws ``Problem`` where a socket was handed over that none of the listeners takes: at an address that is not
    /// theirs, or one too many.
    public func refuseOthers(than addresses: [ListenAddress]) throws(Problem) {
        var sockets = waiting.withLock { Array($0.values) }
        for address in addresses {
            let met = sockets.filter { address.isMet(by: $0) }
            guard met.count < 2 else {
                let places = met.map(\.description).sorted().joined(separator: " and ")
                throw Problem(
                    description: "sockets at \(places) are handed over, and \(address) can be only one of them")
            }
            sockets.removeAll { address.isMet(by: $0) }
        }
        guard !sockets.isEmpty else { return }
        let places = sockets.map(\.description).sorted().joined(separator: " and ")
        throw Problem(description: "a socket at \(places) is handed over, and the file has nothing listen there")
    }

    /// The descriptor of a socket at an address, which is the caller's now; nil where there is none.
    func take(at address: ListenAddress) -> CInt? {
        waiting.withLock { waiting in
            guard let socket = waiting.first(where: { address.isMet(by: $0.value) })?.key else { return nil }
            waiting[socket] = nil
            return socket
        }
    }

    /// Where a socket listens, which no child is to inherit any more; nil when it does not.
    private static func address(listenedAtBy socket: CInt) -> ListenAddress? {
        guard let listens = option(SO_ACCEPTCONN, of: socket), listens != 0,
            option(SO_TYPE, of: socket) == CInt(SOCK_STREAM.rawValue), fcntl(socket, F_SETFD, FD_CLOEXEC) == 0
        else { return nil }
        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isNamed = unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(socket, $0, &length) }
        }
        guard isNamed == 0 else { return nil }
        return unsafe withUnsafePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe address(in: $0) }
        }
    }

    private static func option(_ option: CInt, of socket: CInt) -> CInt? {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return unsafe getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
    }

    private static func isSocket(_ path: String) -> Bool {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        return facts?[.type] as? FileAttributeType == .typeSocket
    }

    /// Nil for the abstract sockets of Linux, and for whatever is no address of the file.
    private static func address(in name: UnsafePointer<sockaddr>) -> ListenAddress? {
        let address: SocketAddress
        switch CInt(unsafe name.pointee.sa_family) {
        case AF_INET:
            address = unsafe name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                SocketAddress(unsafe $0.pointee)
            }
        case AF_INET6:
            address = unsafe name.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                SocketAddress(unsafe $0.pointee)
            }
        case AF_UNIX:
            address = unsafe name.withMemoryRebound(to: sockaddr_un.self, capacity: 1) {
                SocketAddress(unsafe $0.pointee)
            }
        default: return nil
        }
        if let path = address.pathname { return path.isEmpty ? nil : .unix(path: path) }
        guard let host = address.ipAddress, let port = address.port else { return nil }
        return .tcp(host: host, port: port)
    }
}

extension ListenAddress {
    /// Whether a socket at that address is what this one asks for. Of names, only `localhost` is known.
    fileprivate func isMet(by socket: ListenAddress) -> Bool {
        switch (self, socket) {
        case (.unix(let path), .unix(let other)): path == other
        case (.tcp(let host, let port), .tcp(let other, let otherPort)):
            port == otherPort
                && (host.lowercased() == "localhost"
                    ? ["127.0.0.1", "::1"].contains(other) : IPAddress(host) == IPAddress(other))
        case (.unix, .tcp), (.tcp, .unix): false
        }
    }
}
