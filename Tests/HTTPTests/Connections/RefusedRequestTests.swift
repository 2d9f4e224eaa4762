import Foundation
import GatewayKit
import HTTPTypes
import NIOCore
import NIOEmbedded
import Testing

@testable import GatewayHTTP

/// What becomes of requests where the connection itself refuses one.
@Suite(.timeLimit(.minutes(5))) struct RefusedRequestTests {
    @Test func `what was sent behind a request that is refused late does not run`() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let (runs, run) = AsyncStream.makeStream(of: String.self)
        var doors = Doors()
        doors.endpoints = [
            Endpoint(Route(.get, "/slow", "Takes its time.", answers: [])) { _, _, _ -> String in
                run.yield("slow")
                for await _ in released { break }
                return "late"
            },
            Endpoint(Route(.post, "/next", "Changes something.", answers: [])) { _, _, _ -> String in
                run.yield("next")
                return "done"
            },
        ]
        let limits = Listener.Limits(requestTimeout: .milliseconds(50))
        let channel = try await withListener(doors, limits: limits) { address in
            let channel = try await address.hold(
                behind: """
                    GET /slow HTTP/1.1\r\nHost: a\r\n\r\n\
                    POST /next HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n
                    """, endsWithOther: false)
            release.yield()
            return channel
        }
        run.finish()
        #expect(await !runs.contains("next"))
        try await channel.close()
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n", "nonsense\r\n\r\n",
    ]) func `nothing may begin behind a refusal, also while it is under way`(bytes: String) throws {
        let connection = try EmbeddedConnection(isAnswering: false)
        #expect(connection.gate.isOpen)
        try connection.receive(bytes.utf8)
        try connection.pass(.seconds(30))
        #expect(connection.statuses.count == 1)
        #expect(!connection.gate.isOpen)
    }

    @Test func `a request at a shut gate is kept from its work until its connection's end`() async throws {
        let (gate, channel) = (RequestGate(), NIOAsyncTestingChannel())
        try await gate.pass(to: channel)
        gate.shut()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gate.pass(to: channel) }
                try await channel.close()
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [
        "HEAD /things/7 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "GET /things/7 HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    ]) func `a refusal of HEAD has no body`(request: String) async throws {
        let answer = try await withListener(Doors()) { try await $0.exchange(request) }
        #expect(answer.contains("HTTP/1.1 4"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func `a refusal behind HEAD has one`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange("HEAD /things/7 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        }
        #expect(answer.hasSuffix("}"))
    }

    /// The parser knows those of RTSP and ICE too, and does not tell which protocol it has read.
    @Test(arguments: [
        ("ANNOUNCE", "HTTP/1.1", 400), ("SOURCE", "HTTP/1.1", 405), ("PURGE", "HTTP/1.1", 405),
        ("QUERY", "HTTP/1.1", 405), ("NONSENSE", "HTTP/1.1", 400), ("ANNOUNCE", "RTSP/1.0", 405),
        ("SETUP", "RTSP/1.0", 405), ("SOURCE", "ICE/1.0", 405), ("PRI", "HTTP/2.0", 400),
    ]) func `a method of another protocol is refused like any that is unknown`(
        method: String, version: String, status: Int
    ) async throws {
        let next = "GET /things/8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let answer = try await withListener(Doors()) { address in
            try await address.exchange("\(method) /things/7 \(version)\r\nHost: a\r\n\r\n" + next)
        }
        let statuses = answer.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
        // The connection goes on behind what it has understood, and ends behind all else.
        #expect(statuses == (status == 405 && version == "HTTP/1.1" ? ["405", "200"] : ["\(status)"]))
        #expect(answer.contains("\r\nConnection: close\r\n"))
    }
}
