import Foundation
import Testing

@testable import GatewayTestServers

@Suite(.timeLimit(.minutes(5))) struct ServerProcessTests {
    /// What is open on both sides never ends for who waits for its end.
    @Test func `a server holds nothing open that the tests have open`() async throws {
        // As SwiftNIO opens them: to be inherited.
        let sockets = (0..<3).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        defer { for descriptor in sockets { close(descriptor) } }
        let list = try ServerProcess(["/bin/ls", "/proc/self/fd"], folder: "/")
        #expect(await list.finished() == 0)
        // The last one is the list itself.
        #expect(list.transcript.split(separator: "\n") == ["0", "1", "2", "3"])
    }
}
