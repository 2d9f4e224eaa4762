import Foundation
import GatewayTestServers
import Testing

/// Gateways on one PostgreSQL database: what they share, and what one at a time does.
@Suite(.needsPostgres, .timeLimit(.minutes(10))) struct ManyNodesTests {
    @Test func `four gateways hold one client to one allowance`() async throws {
        let limits = """
            pipeline:
              - use: rate-limit
                count_in: storage
                rules: [{route: POST /auth/login, allow: 20 per 1h}]

            """
        try await withNodes(4, limits) { nodes, _ in
            let answers = try await inParallel(60) { number in
                try await nodes[number % 4].logIn("nobody\(number)", "wrong horse battery")
            }
            #expect(answers.count { $0.status != 429 } == 20)
            for answer in answers where answer.status == 429 {
                #expect(try answer.text("code") == "too_many_requests")
                #expect(answer["retry-after"] != nil)
            }
        }
    }

    @Test(arguments: ["check", "serve"])
    func `whoever counts in a storage that counts nothing is told so before the start`(verb: String) async throws {
        let folder = try TestFolder()
        try folder.write("config.yaml", "pipeline: [{use: rate-limit, count_in: {use: storage}}]\n")
        let refused = try await GatewayProcess.run([verb], in: folder)
        #expect(refused.status == 78)
        #expect(
            refused.output.hasPrefix(
                "config.yaml:1:40: error: pipeline[0].count_in: the storage 'sqlite' is one gateway's alone"),
            "\(refused.output)")
    }

    @Test func `of parallel refreshes at four gateways all get one successor`() async throws {
        try await withNodes(4) { nodes, _ in
            let token = try await TourTests.registerAndLogIn(at: nodes[0]).text("refresh_token")
            let answers = try await inParallel(40) { number in
                while true {
                    let answer = try await TourTests.refresh(token, at: nodes[number % 4])
                    // A store that is asked by many at once may have no time for some, which changes nothing.
                    guard answer.status == 503 else { return answer }
                }
            }
            let successors = Set(try answers.map { try $0.text("refresh_token") })
            #expect(successors.count == 1)
            #expect(try await TourTests.refresh(try #require(successors.first), at: nodes[3]).status == 200)
        }
    }

    @Test func `of parallel uses of a link at four gateways one wins`() async throws {
        try await withNodes(4) { nodes, folder in
            let registered = try await nodes[0].send("POST", "/auth/register", json: TourTests.registration)
            #expect(registered.status == 201)
            let json = #"{"email":"john@example.com"}"#
            #expect(try await nodes[1].send("POST", "/auth/forgot-password", json: json).status == 202)
            let link = try await Mailbox(folder: folder).resetLink()
            let answers = try await inParallel(20) { number in
                let json = #"{"new_password":"staple battery \#(number)"}"#
                return try await nodes[number % 4].send("POST", link, json: json)
            }
            #expect(answers.count { $0.status == 200 } == 1, "\(answers.map(\.status))")
            for answer in answers where answer.status != 200 {
                let code = try answer.text("code")
                #expect(answer.status == 400 ? code == "invalid_link" : ["busy", "unavailable"].contains(code))
            }
            let winner = try #require(answers.firstIndex { $0.status == 200 })
            for node in nodes {
                #expect(try await TourTests.logIn("staple battery \(winner)", at: node).status == 200)
            }
        }
    }

    @Test func `each gateway shows another key before any token bears it, and a rotation loses none`() async throws {
        try await withNodes(4) { nodes, _ in
            var login = try await TourTests.registerAndLogIn(at: nodes[0])
            let first = try login.text("access_token")
            let old = try KeyTests.keyID(of: first)
            let rotated = try await nodes[0].run(["keys", "rotate", "--config", "config.yaml"])
            #expect(rotated.status == 0, "\(rotated.output)")
            // Until each has signed with it, whoever does is believed by all.
            var signedAnew: Set<Int> = []
            while signedAnew.count < nodes.count {
                for (number, node) in nodes.enumerated() {
                    login = try await TourTests.refresh(login.text("refresh_token"), at: node)
                    let token = try login.text("access_token")
                    let key = try KeyTests.keyID(of: token)
                    if key != old { signedAnew.insert(number) }
                    for other in nodes {
                        #expect(try await KeyTests.shown(by: other).contains(key))
                        #expect(try await other.verify(token) == 200)
                        #expect(try await other.verify(first) == 200)
                    }
                }
            }
        }
    }

    @Test(arguments: [("k2", "it has no key 'k1'"), ("k1", "or the key is damaged")])
    func `a gateway with another secret does not start, and says why`(id: String, why: String) async throws {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        let first = try await deployment.start()
        await first.end()
        let key = id + ":" + String(repeating: "B", count: 42) + "A\n"
        try Data(key.utf8).write(to: URL(fileURLWithPath: deployment.folder.path("data/secret.key")))
        let other = try await GatewayProcess.run(["serve", "--config", "config.yaml"], in: deployment.folder)
        #expect(other.status == 1)
        #expect(
            other.output.contains("cannot be opened: server.secret_file does not fit, \(why)"), "\(other.output)")
        #expect(!other.output.contains("BBBB"))
    }
}

/// Runs a closure with gateways on one database, which are killed behind it.
func withNodes(
    _ count: Int, _ extra: String = GatewayProcess.quick,
    _ body: ([GatewayProcess], TestFolder) async throws -> Void
) async throws {
    let deployment = try await PostgresDeployment.ready(on: .shared())
    var nodes: [GatewayProcess] = []
    for _ in 0..<count { nodes.append(try await deployment.start(with: extra)) }
    try await body(nodes, deployment.folder)
    for node in nodes { await node.process.end(SIGKILL) }
}

/// Asks so often at once; the answers in the order of the questions.
func inParallel(
    _ count: Int, _ ask: @escaping @Sendable (Int) async throws -> HTTPAnswer
) async throws -> [HTTPAnswer] {
    try await withThrowingTaskGroup(of: (Int, HTTPAnswer).self) { group in
        for number in 0..<count { group.addTask { (number, try await ask(number)) } }
        return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
