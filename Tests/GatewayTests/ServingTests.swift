import Foundation
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import UnixSignals

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct ServingTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("serving-\(UUID().uuidString)")

    @Test(arguments: ["listen", "operations_listen"])
    func `an address that is taken is named by its setting, and nobody was served before`(key: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let taken = try TakenPort()
        defer { taken.release() }
        let other = key == "listen" ? "operations_listen" : "listen"
        let text = """
            server: {\(key): 127.0.0.1:\(taken.port), \(other): 127.0.0.1:0}
            passwords: {use: bcrypt, cost: 10}

            """
        let lines = RecordedLines()
        let failure = await #expect(throws: Failure.self) {
            let deployment = try deployment(of: text)
            let hangUps = await UnixSignalsSequence(trapping: .sighup)
            try await Serving.run(
                deployment, style: LogStyle(.text, .info), logger: lines.logger, reloadingAt: hangUps
            ) { deployment }
        }
        #expect(
            failure?.message
                == "server.\(key): cannot listen on 127.0.0.1:\(taken.port): address already in use")
        #expect(!lines.all.contains { $0.contains("ready to serve") })
        // The operations listener comes first, and the public one only behind it.
        #expect(lines.all.contains { $0.contains("message=listening") } == (key == "listen"))
    }

    @Test func `nobody at the other end is said in the system's words`() async throws {
        // Nobody else gets it meanwhile.
        let taken = try TakenPort(isListening: false)
        defer { taken.release() }
        let error = await #expect(throws: HealthProbe.Unreachable.self) {
            try await HealthProbe.ask(.tcp(host: "127.0.0.1", port: taken.port), path: "/", within: .seconds(5))
        }
        #expect(error?.description == "connection refused")
        let missing = await #expect(throws: HealthProbe.Unreachable.self) {
            try await HealthProbe.ask(.unix(path: folder.path + "/none.sock"), path: "/", within: .seconds(5))
        }
        #expect(missing?.description == "no such file or directory")
    }

    @Test func `one that is stopped before a gate opens keeps no other from beginning behind it`() async throws {
        let gate = Gate()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 { group.addTask { await gate.wait() } }
            await withTaskGroup(of: Bool.self) { stopped in
                stopped.addTask { await gate.wait() }
                stopped.cancelAll()
                #expect(await stopped.next() == false)
            }
            // Those that have not come to the gate yet find it open.
            for _ in 0..<100 { await Task.yield() }
            gate.open()
            #expect(await group.reduce(into: 0) { $0 += $1 ? 1 : 0 } == 3)
        }
    }

    @Test func `a service behind a gate begins when it opens, and never when it is stopped before`() async throws {
        let (opened, closed) = (Gate(), Gate())
        let service = CountingService()
        opened.open()
        try await GatedService(gate: opened, service: service).run()
        #expect(service.runs == 1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await GatedService(gate: closed, service: service).run() }
            group.cancelAll()
        }
        #expect(service.runs == 1)
    }

    private func deployment(of text: String) throws -> Deployment {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("config.yaml")
        try Data(text.utf8).write(to: file)
        var option = FileOption()
        option.config = file.path
        return try Deployment.read(option, on: Project.host)
    }
}

private final class CountingService: Service {
    private let count = Mutex(0)

    var runs: Int { count.withLock { $0 } }

    func run() async throws { count.withLock { $0 += 1 } }
}

/// A port of this machine that somebody else has, and listens at or not.
private struct TakenPort {
    let port: Int
    private let socket: Int32

    init(isListening: Bool = true) throws {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(socket, raw, length) == 0 && (!isListening || listen(socket, 1) == 0)
                    && getsockname(socket, raw, &length) == 0
            }
        }
        try #require(code)
        self.socket = socket
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func release() { close(socket) }
}

/// The lines of a log at level `info`.
private final class RecordedLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in
            LineLogHandler(
                style: LogStyle(.text, .info), time: ManualTime(),
                sink: LineSink { line in self.lines.withLock { $0.append(line) } })
        }
    }
}
