import Foundation
import GatewayKit
import GatewayTestKit
import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import GatewayHTTP

@Suite struct InheritedSocketsTests {
    @Test(arguments: [
        [:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "41"], ["LISTEN_FDS": "1", "LISTEN_PID": "0042"],
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
}
