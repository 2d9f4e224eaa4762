import Foundation
import GatewayTestServers
import Testing

/// Registering where addresses are to be confirmed first, by the real binary and out of its mails.
@Suite(.timeLimit(.minutes(5))) struct RequiredConfirmationTests {
    static let required = "registration: {verify_email: required}\n" + GatewayProcess.quick

    @Test func `a registration waits until its link is followed, whoever else registers with the address`() async throws
    {
        let folder = try TestFolder()
        let mails = Mailbox(folder: folder)
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.required)
        #expect(try await gateway.register("squatter", at: "jane").status == 201)
        let squatted = try await mails.link(to: "verify-email")
        #expect(try await gateway.register("jane", at: "jane").status == 201)
        let own = try await mails.link(to: "verify-email", after: squatted)
        let early = try await gateway.logIn("jane", "correct horse battery")
        #expect(try Refusal(early) == Refusal(403, "email_unverified"))
        #expect(try Refusal(try await gateway.logIn("jane", "wrong horse")) == Refusal(401, "invalid_credentials"))
        #expect(try await gateway.run(["users", "list", "--config", "config.yaml"]).output.isEmpty)
        for _ in 1...2 { #expect(try await gateway.get(own).status == 200) }
        #expect(try await gateway.logIn("jane", "correct horse battery").status == 403, "mail scanners open links")

        #expect(try await HTTPExchange(method: "POST", path: own).send(to: gateway.port).status == 200)
        let token = try await gateway.logIn("jane", "correct horse battery").text("access_token")
        #expect(try await gateway.get("/auth/verify", token: token)["remote-email"] == "jane@example.com")
        for link in [own, squatted] {
            let used = try await HTTPExchange(method: "POST", path: link).send(to: gateway.port)
            #expect(try Refusal(used) == Refusal(400, "invalid_link"))
        }
        #expect(try await gateway.logIn("squatter", "correct horse battery").status == 403)
        #expect(mails.texts().count == 2)
        await gateway.end()
    }

    @Test func `a taken address is answered as a free one, byte for byte, and its owner is mailed`() async throws {
        let (free, taken) = (try TestFolder(), try TestFolder())
        var answers: [[Answer]] = []
        for folder in [free, taken] {
            let gateway = try await GatewayProcess.start(in: folder, extra: Self.required)
            if folder === taken {
                let made = try await gateway.run(
                    [
                        "users", "create", "--config", "config.yaml", "--username", "jane", "--email",
                        "jane@example.com", "--password-stdin",
                    ], input: "staple battery horse\n")
                #expect(made.status == 0, "\(made.output)")
            }
            var seen = [try await gateway.register("thief", at: "jane")]
            seen.append(try await gateway.register("thief", at: "jane"))
            seen.append(try await gateway.logIn("thief", "correct horse battery"))
            seen.append(try await gateway.logIn("thief", "wrong horse battery"))
            seen.append(try await gateway.logIn("jane@example.com", "correct horse battery"))
            for path in ["forgot-password", "verify-email"] {
                seen.append(
                    try await gateway.send("POST", "/auth/\(path)", json: #"{"email":"jane@example.com"}"#))
            }
            seen.append(try await gateway.logIn("thief", "correct horse battery"))
            answers.append(try seen.map(Answer.init))
            while Mailbox(folder: folder).texts().count < (folder === free ? 2 : 3) {
                try await Task.sleep(for: .milliseconds(20))
            }
            await gateway.end()
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0].map(\.status) == [201, 409, 403, 401, 401, 202, 202, 403])
        #expect(answers[0][0].body == #"{"message":"User registered successfully","user":"thief"}"#)
        let told = Mailbox(folder: taken).texts()
        #expect(told.allSatisfy { !$0.contains("/auth/verify-email/") && !$0.contains("thief") })
        #expect(told.count { $0.contains("Subject: You have an account already") } == 2)
        #expect(Mailbox(folder: free).texts().allSatisfy { $0.contains("/auth/verify-email/") })
    }

    @Test func `of parallel uses of the links to one address one makes an account`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder, extra: Self.required)
        try await Self.race(among: [gateway], mails: Mailbox(folder: folder))
        await gateway.end()
    }

    @Test(.needsPostgres)
    func `at two gateways of one PostgreSQL database one link makes an account too`() async throws {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        let gateways = [
            try await deployment.start(with: Self.required), try await deployment.start(with: Self.required),
        ]
        try await Self.race(among: gateways, mails: Mailbox(folder: deployment.folder))
        for gateway in gateways { await gateway.end() }
    }

    /// Four people want one address, and each follows their link five times at once with the others.
    private static func race(among gateways: [GatewayProcess], mails: Mailbox) async throws {
        var links: [String] = []
        for name in ["one", "two", "three", "four"] {
            #expect(try await gateways[0].register(name, at: "shared").status == 201)
            links.append(try await mails.link(to: "verify-email", after: links.last))
        }
        let all = links
        let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await HTTPExchange(method: "POST", path: all[number % 4])
                        .send(to: gateways[number % gateways.count].port)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 200 } == 1, "\(answers.map(\.status))")
        for answer in answers where answer.status != 200 {
            #expect(try ["invalid_link", "unavailable"].contains(answer.text("code")))
        }
        var statuses: [Int] = []
        for name in ["one", "two", "three", "four"] {
            statuses.append(try await gateways[0].logIn(name, "correct horse battery").status)
        }
        #expect(statuses.sorted() == [200, 403, 403, 403])
    }

    /// All of an answer that is not a moment's or a request's own.
    private struct Answer: Hashable {
        let status: Int
        let headers: [String]
        let body: String

        init(_ answer: HTTPAnswer) throws {
            status = answer.status
            let own = ["date", "x-request-id"]
            headers = answer.headers.filter { !own.contains($0.name) }.map { "\($0.name): \($0.value)" }
            body =
                answer.status < 400
                ? answer.body
                : answer.body.replacingOccurrences(of: try answer.text("request_id"), with: "")
        }
    }
}

extension GatewayProcess {
    /// Registers someone with an address of example.com.
    fileprivate func register(_ name: String, at address: String) async throws -> HTTPAnswer {
        try await register(name, "correct horse battery", address: address)
    }
}
