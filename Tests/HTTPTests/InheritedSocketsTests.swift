import Foundation
import GatewayKit
import GatewayTestKit
import Glibc
import Testing

@testable import GatewayHTTP

/// Each test hands sockets over by descriptors that no other test has.
@Suite(.timeLimit(.minutes(5))) struct InheritedSocketsTests {
    @Test(arguments: [
        [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "42"], ["LISTEN_FDS": "1", "LISTEN_PID": "41"],
        ["LISTEN_FDS": "1", "LISTEN_PID": "0042"],
    ]) func `what is announced to nobody, or to another process, is left alone`(environment: [String: String]) throws {
        let sockets = try InheritedSockets(announcedBy: environment, to: 42)
        try sockets.refuseOthers(than: [])
    }

    @Test(arguments: ["", "0", "-1", "65", "three", "1 "]) func `a number of sockets that is none is refused`(
        count: String
    ) {
        let problem = #expect(throws: InheritedSockets.Problem.self) {
            try InheritedSockets(announcedBy: ["LISTEN_FDS": count, "LISTEN_PID": "42"], to: 42)
        }
        #expect(problem?.description == "LISTEN_FDS is '\(count)', and not a number of sockets from 1 to 64")
    }

    @Test func `a socket goes to the listener of its address, once, and to no child`() throws {
        let socket = try Handed(to: 810)
        defer { close(810) }
        #expect(fcntl(810, F_GETFD) == 0)
        let sockets = try Self.sockets(1, from: 810)
        #expect(fcntl(810, F_GETFD) == FD_CLOEXEC)
        let (own, other) = (ListenAddress.tcp(host: "127.0.0.1", port: socket.port), ListenAddress("127.0.0.1:1"))
        try sockets.refuseOthers(than: [try #require(other), own])
        for stranger in ["127.0.0.2:\(socket.port)", "0.0.0.0:\(socket.port)", "127.0.0.1:1", "unix:/tmp/x"] {
            #expect(sockets.take(at: try #require(ListenAddress(stranger))) == nil)
        }
        #expect(sockets.take(at: .tcp(host: "localhost", port: socket.port)) == 810)
        #expect(sockets.take(at: own) == nil)
    }

    @Test func `a listener whose socket ends without its doing says so, and ends`() async throws {
        let socket = try Handed(to: 815)
        let address = ListenAddress.tcp(host: "127.0.0.1", port: socket.port)
        let (same, doors) = (dup(815), Doors())
        defer { close(same) }
        let listener = Listener(
            at: address, orBy: try Self.sockets(1, from: 815), leadingTo: CurrentDoor(try doors.frontDoor()),
            logger: doors.log.logger, onRunning: { _ in shutdown(same, CInt(SHUT_RDWR)) })
        let error = await #expect(throws: ListenerError.self) { try await listener.run() }
        #expect(error == ListenerError(address: address, reason: "the system has closed the socket"))
    }

    @Test func `a socket that no listener is to have is refused, and so is a second for the same one`() throws {
        let first = try Handed(to: 820)
        _ = try Handed(to: 821, port: first.port)
        defer { for socket: CInt in [820, 821] { close(socket) } }
        let address = ListenAddress.tcp(host: "127.0.0.1", port: first.port)
        let stray = #expect(throws: InheritedSockets.Problem.self) {
            try Self.sockets(1, from: 820).refuseOthers(than: [.unix(path: "/tmp/x")])
        }
        #expect(stray?.description == "a socket at \(address) is handed over, and the file has nothing listen there")
        let second = #expect(throws: InheritedSockets.Problem.self) {
            try Self.sockets(2, from: 820).refuseOthers(than: [address])
        }
        #expect(
            second?.description
                == "sockets at \(address) and \(address) are handed over, and \(address) can be only one of them")
    }

    @Test func `what is no stream socket that listens is refused`() throws {
        var pair: [CInt] = [0, 0]
        for (number, type) in [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET].enumerated() {
            let descriptor = CInt(830 + number)
            try #require(socketpair(AF_UNIX, CInt(type.rawValue), 0, &pair) == 0)
            dup2(pair[0], descriptor)
            defer { for socket in pair + [descriptor] { close(socket) } }
            let problem = #expect(throws: InheritedSockets.Problem.self) { try Self.sockets(1, from: descriptor) }
            #expect(
                problem?.description == "descriptor \(descriptor) of those handed over is no stream socket that listens"
            )
        }
        #expect(throws: InheritedSockets.Problem.self) { try Self.sockets(1, from: 839) }
    }

    @Test(arguments: [SOCK_STREAM, SOCK_SEQPACKET]) func `a unix socket is one that can be reached, and of a stream`(
        type: __socket_type
    ) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).sock").path
        let descriptor: CInt = type == SOCK_STREAM ? 840 : 841
        try Handed.unix(path, type, to: descriptor)
        defer {
            close(descriptor)
            unlink(path)
        }
        guard type == SOCK_STREAM else {
            #expect(throws: InheritedSockets.Problem.self) { try Self.sockets(1, from: descriptor) }
            return
        }
        #expect(try Self.sockets(1, from: descriptor).take(at: .unix(path: path)) == descriptor)
        unlink(path)
        let problem = #expect(throws: InheritedSockets.Problem.self) { try Self.sockets(1, from: descriptor) }
        #expect(
            problem?.description == "the socket at \(path) is handed over, and nobody can reach it: its file is gone")
    }

    @discardableResult
    private static func sockets(_ count: Int, from first: CInt) throws -> InheritedSockets {
        try InheritedSockets(announcedBy: ["LISTEN_FDS": "\(count)", "LISTEN_PID": "42"], to: 42, from: first)
    }
}

/// A socket that listens, under a descriptor of the test's own, which closes it.
private struct Handed {
    let port: Int

    /// On loopback, at any port or at one that another such socket has.
    init(to descriptor: CInt, port: Int = 0) throws {
        let own = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(own) }
        var on: CInt = 1
        setsockopt(own, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<CInt>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(own, address, size) == 0 && listen(own, 8) == 0 && getsockname(own, address, &size) == 0
            }
        }
        try #require(status && dup2(own, descriptor) == descriptor)
        self.port = Int(UInt16(bigEndian: name.sin_port))
    }

    static func unix(_ path: String, _ type: __socket_type, to descriptor: CInt) throws {
        let own = socket(AF_UNIX, CInt(type.rawValue), 0)
        defer { close(own) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < MemoryLayout.size(ofValue: name.sun_path))
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(own, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(own, 8) == 0
            }
        }
        try #require(status && dup2(own, descriptor) == descriptor)
    }
}
