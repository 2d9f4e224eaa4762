import Foundation
import Testing

/// Races over the real store by the real binary, each asked in parallel by connections of their own.
@Suite(.timeLimit(.minutes(5))) struct RaceTests {
    @Test func `of fifty parallel refreshes with one token all get the same successor`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let token = try await TourTests.registerAndLogIn(at: gateway).text("refresh_token")
        let answers = try await Self.inParallel(50) { _ in try await TourTests.refresh(token, at: gateway) }
        let told = answers.filter { $0.status == 200 }
        // Each is a commit, and whoever waits six seconds for a slow disk is told so.
        #expect(!told.isEmpty && answers.allSatisfy { [200, 503].contains($0.status) })
        let successors = Set(try told.map { try $0.text("refresh_token") })
        #expect(successors.count == 1)
        for answer in told { #expect(try await gateway.verify(answer.text("access_token")) == 200) }
        let page = try await Metrics.of(gateway)
        #expect(page.value(#"auth_gateway_refreshes_total{outcome="rotated"}"#) == 1)
        #expect(page.value(#"auth_gateway_refreshes_total{outcome="repeated"}"#) == Double(told.count - 1))
        #expect(try await TourTests.refresh(try #require(successors.first), at: gateway).status == 200)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `of twenty parallel uses of a mailed link one wins, and its password is the account's`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: GatewayProcess.quick)
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        #expect(
            try await gateway.send("POST", "/auth/forgot-password", json: #"{"email":"john@example.com"}"#).status
                == 202)
        let link = try await Mailbox(folder: folder).resetLink()
        let answers = try await Self.inParallel(20) { number in
            let json = #"{"new_password":"staple battery \#(number)"}"#
            return try await gateway.send("POST", link, json: json)
        }
        #expect(answers.count { $0.status == 200 } == 1)
        // A busy machine's queue of hashes may be full for some.
        for answer in answers where answer.status != 200 {
            #expect(try ["invalid_link", "busy", "unavailable"].contains(answer.text("code")))
        }
        let winner = try #require(answers.firstIndex { $0.status == 200 })
        #expect(try await TourTests.logIn("staple battery \(winner)", at: gateway).status == 200)
        #expect(try await TourTests.logIn("correct horse battery", at: gateway).status == 401)
        #expect(await gateway.process.end() == 0)
    }

    @Test func `of two hundred parallel guesses at one account no more are compared than the limit says`()
        async throws
    {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: GatewayProcess.quick)
        // The start finds out by two what nobody's hash costs; a registration and a login compute one each.
        _ = try await TourTests.registerAndLogIn(at: gateway)
        let before = try await Self.hashes(of: gateway, atLeast: 4)
        let answers = try await Self.inParallel(200) { number in
            let name = ["johndoe", "JohnDoe", "john@example.com"][number % 3]
            return try await gateway.logIn(name, "wrong horse battery \(number)")
        }
        let compared = answers.count { $0.status == 401 }
        #expect((1...10).contains(compared))
        // Where the start was slow, it finds out the same of the account's by two more.
        let after = try await Self.hashes(of: gateway, atLeast: before + compared)
        #expect((compared...compared + 2).contains(after - before))
        // A busy machine's queue of hashes may be full for some of the ten, and its disk too slow for some of the others.
        #expect(answers.count { [429, 503].contains($0.status) } == 200 - compared)
        #expect(answers.count { $0.status == 429 } >= 100)
        #expect(await gateway.process.end() == 0)
    }

    /// How many hashes were computed, of which so many are known; the last is counted behind its answer.
    private static func hashes(of gateway: GatewayProcess, atLeast known: Int) async throws -> Int {
        while true {
            let page = try await Metrics.of(gateway)
            let count = Int(try #require(page.value("auth_gateway_hashing_work_seconds_count")))
            if count >= known { return count }
        }
    }

    /// The answers to so many requests that are on their way at once, in their order.
    private static func inParallel(
        _ count: Int, _ request: @escaping @Sendable (Int) async throws -> HTTPAnswer
    ) async throws -> [HTTPAnswer] {
        try await withThrowingTaskGroup(of: (Int, HTTPAnswer).self) { group in
            for number in 0..<count { group.addTask { (number, try await request(number)) } }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
