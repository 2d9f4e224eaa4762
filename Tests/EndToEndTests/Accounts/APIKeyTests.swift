import Foundation
import Testing

/// API keys and the session cookie by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct APIKeyTests {
    @Test func `a key passes with its owner's identity until it is revoked, which holds over a restart`() async throws {
        let folder = try TestFolder()
        var gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let made = try await gateway.send("POST", "/auth/keys", json: #"{"name":"ci","expires_in":3600}"#, token: token)
        #expect(made.status == 201)
        #expect(made["cache-control"] == "no-store")
        let key = try made.text("key")
        let kept = try await gateway.send("POST", "/auth/keys", json: #"{"name":"backup"}"#, token: token).text("key")
        let me = try await gateway.get("/auth/me", token: token)
        for path in ["/auth/verify", "/auth/verify/nginx"] {
            let question = [("X-Original-URL", "http://localhost/a"), ("X-Original-Method", "GET")]
            let verified = try await gateway.get(path, [("Authorization", "Bearer \(key)")] + question)
            #expect(verified.status == 200)
            #expect(verified["remote-user"] == "johndoe")
            #expect(try verified["remote-subject"] == me.text("id"))
            #expect(verified["remote-groups"] == "")
        }
        #expect(try await gateway.get("/auth/me", token: key).status == 401)

        let listed = try await gateway.get("/auth/keys", token: token)
        let list = try #require(try JSONSerialization.jsonObject(with: Data(listed.body.utf8)) as? [[String: Any]])
        #expect(Set(list.compactMap { $0["name"] as? String }) == ["backup", "ci"])
        #expect(list.allSatisfy { $0["key"] == nil } && !listed.body.contains("agk_"))
        let id = try made.text("id")
        #expect(try await gateway.send("DELETE", "/auth/keys/\(id)", token: token).status == 204)
        #expect(try await gateway.verify(key) == 401)
        #expect(try await gateway.verify(kept) == 200)
        let stored = try SecrecyTests().store(in: folder)
        for secret in [key, kept] {
            #expect(stored.range(of: Data(secret.utf8)) == nil)
            #expect(!gateway.process.transcript.contains(secret))
        }
        #expect(await gateway.process.end() == 0)

        gateway = try await GatewayProcess.start(in: folder)
        #expect(try await gateway.verify(key) == 401)
        #expect(try await gateway.verify(kept) == 200)
        await gateway.end()
    }

    @Test func `a key goes on with its owner's new groups, and ends when the account is disabled`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let key = try await gateway.send("POST", "/auth/keys", json: #"{"name":"ci"}"#, token: token).text("key")
        #expect(try await gateway.get("/auth/verify", token: key)["remote-groups"] == "")
        let groups = ["users", "set", "johndoe", "--groups", "admins,staff", "--config", "config.yaml"]
        #expect(try await gateway.run(groups).status == 0)
        try await GatewayProcess.expectWithinASecond {
            let answer = try await gateway.get("/auth/verify", token: key)
            #expect(answer.status == 200)
            return answer["remote-groups"] == "admins,staff"
        }
        #expect(try await gateway.verify(token) == 401, "an access token says what was so before")
        #expect(try await gateway.run(["users", "disable", "johndoe", "--config", "config.yaml"]).status == 0)
        try await GatewayProcess.expectWithinASecond { try await gateway.verify(key) == 401 }
        #expect(try await gateway.run(["users", "enable", "johndoe", "--config", "config.yaml"]).status == 0)
        #expect(try await gateway.verify(key) == 401)
        await gateway.end()
    }

    @Test func `a reset of the password ends the keys`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let key = try await gateway.send("POST", "/auth/keys", json: #"{"name":"ci"}"#, token: token).text("key")
        let change = #"{"current_password":"correct horse battery","new_password":"another horse battery"}"#
        #expect(try await gateway.send("POST", "/auth/change-password", json: change, token: token).status == 204)
        #expect(try await gateway.verify(key) == 200)
        let forgot = #"{"email":"john@example.com"}"#
        #expect(try await gateway.send("POST", "/auth/forgot-password", json: forgot).status == 202)
        let link = try await Mailbox(folder: folder).resetLink()
        #expect(try await gateway.send("POST", link, form: "new_password=staple+battery+horse").status == 200)
        #expect(try await gateway.verify(key) == 401)
        await gateway.end()
    }

    @Test func `a credential in two places or twice is no way in`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder())
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let key = try await gateway.send("POST", "/auth/keys", json: #"{"name":"ci"}"#, token: token).text("key")
        let (bearer, junk) = (("Authorization", "Bearer \(key)"), String(repeating: "A", count: 43))
        let cookie = ("Cookie", "gateway_session=\(junk)")
        for (headers, status) in [
            ([bearer, cookie], 200), ([bearer, bearer], 401), ([cookie], 401), ([cookie, cookie], 401),
            ([("Authorization", "Basic YTpi"), cookie], 401), ([("Cookie", "gateway_session=\(key)")], 401),
        ] {
            #expect(try await gateway.get("/auth/verify", headers).status == status, "\(headers)")
        }
        // A bad one is said to be so, none is asked for, and two are none.
        for (headers, isBad) in [([cookie], true), ([cookie, cookie], false), ([("Cookie", "a=b")], false)] {
            let challenge = try await gateway.get("/auth/verify", headers)["www-authenticate"]
            #expect(challenge?.contains("invalid_token") == isBad, "\(headers)")
        }
        await gateway.end()
    }
}
