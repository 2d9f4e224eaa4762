import Foundation
import GatewayTestServers
import Testing

/// Administration over REST by the real binary.
@Suite(.timeLimit(.minutes(5)))
struct AdministrationTests {
    @Test func `an account is made, set up by its owner, changed and closed without a shell`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let root = try await Self.administrator(at: gateway)
        let body = #"{"username":"jane","email":"jane@example.com","groups":["staff"]}"#
        let made = try await gateway.send("POST", "/admin/users", json: body, token: root)
        #expect(made.status == 201)
        let id = try made.text("id")
        #expect(made["location"] == "http://localhost:8080/admin/users/\(id)")
        #expect(try await gateway.send("POST", "/admin/users", json: body, token: root).status == 409)
        let link = try await Mailbox(folder: folder).resetLink()
        #expect(try await gateway.send("POST", link, form: "new_password=staple+battery+horse").status == 200)
        let jane = try await gateway.logIn("jane", "staple battery horse").text("access_token")
        #expect(try await gateway.get("/auth/verify", token: jane)["remote-groups"] == "staff")

        let shown = try await gateway.get("/admin/users/\(id)", token: root)
        #expect(try shown.json()["email_verified"] as? Bool == true)
        #expect(!shown.body.contains("argon2") && shown["cache-control"] == "no-store")
        let spaced = try await gateway.get("/admin/users?query=jane+tag", token: root)
        #expect(spaced.status == 422 && spaced.body.contains("invalid_characters"))
        let found = try await gateway.get("/admin/users?query=JANE%40&limit=1", token: root).json()
        #expect((found["users"] as? [[String: Any]])?.first?["id"] as? String == id && found["next"] is NSNull)

        // A name and an address at once, of which the former mailbox is told.
        let change = #"{"username":"jane2","email":"jane2@example.com","groups":["staff","admins"]}"#
        #expect(try await gateway.send("PATCH", "/admin/users/\(id)", json: change, token: root).status == 200)
        #expect(try await gateway.verify(jane) == 401, "the token says what was so before")
        while !Mailbox(folder: folder).texts().contains(where: { $0.contains("Subject: Your address was changed") }) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let again = try await gateway.logIn("jane2@example.com", "staple battery horse").text("access_token")
        #expect(try await gateway.get("/admin/users", token: again).status == 200)
        let key = try await gateway.send("POST", "/auth/keys", json: #"{"name":"ci"}"#, token: again).text("key")

        #expect(try await gateway.send("POST", "/admin/users/\(id)/logout", token: root).status == 204)
        for credential in [again, key] { #expect(try await gateway.verify(credential) == 401) }
        #expect(try await gateway.send("POST", "/admin/users/\(id)/reset-password", token: root).status == 202)
        let closed = try await gateway.send("PATCH", "/admin/users/\(id)", json: #"{"disabled":true}"#, token: root)
        #expect(try closed.json()["disabled"] as? Bool == true)
        #expect(try await gateway.logIn("jane2", "staple battery horse").status == 401)
        #expect(try await gateway.send("DELETE", "/admin/users/\(id)", token: root).status == 204)
        #expect(try await gateway.get("/admin/users/\(id)", token: root).status == 404)

        let trail = try await gateway.get("/admin/audit?account=\(id)&limit=200", token: root).json()
        let events = try #require(trail["events"] as? [[String: Any]])
        let me = try await gateway.get("/auth/me", token: root).text("id")
        let done = events.filter { $0["actor"] as? String == me }.compactMap { $0["kind"] as? String }
        #expect(
            done == [
                "account_deleted", "account_disabled", "reset_requested", "logged_out_everywhere", "groups_changed",
                "address_changed", "renamed", "account_created",
            ])
        #expect(events.allSatisfy { $0["ip"] as? String == "127.0.0.1" })
        await gateway.end()
    }

    @Test func `of two administrators who have read an account one changes it, and the other is told`() async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let root = try await Self.administrator(at: gateway)
        let body = #"{"username":"jane","email":"jane@example.com"}"#
        let path = "/admin/users/\(try await gateway.send("POST", "/admin/users", json: body, token: root).text("id"))"
        let seen = try #require(try await gateway.get(path, token: root)["etag"])
        let statuses = try await withThrowingTaskGroup(of: Int.self, returning: [Int].self) { group in
            for number in 0..<8 {
                group.addTask {
                    let headers = [
                        ("Authorization", "Bearer \(root)"), ("Content-Type", "application/json"), ("If-Match", seen),
                    ]
                    let groups = #"{"groups":["team\#(number)"]}"#
                    return try await HTTPExchange(method: "PATCH", path: path, headers: headers, body: groups)
                        .send(to: gateway.port).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 412, count: 7))
        await gateway.end()
    }

    @Test func `every route refuses every credential but an administrator's access token`() async throws {
        let folder = try TestFolder()
        let minted = try Minted.read()
        try folder.write("keys.json", minted.jwks.text)
        let issuers = IssuerTests.section.replacingOccurrences(of: "{Staff: staff}", with: "{Staff: admins}")
        let gateway = try await GatewayProcess.start(in: folder, extra: issuers)
        let root = try await Self.administrator(at: gateway)
        let user = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let foreign = try #require(minted.tokens["ES256"])
        #expect(try await gateway.get("/auth/verify", token: foreign)["remote-groups"] == "admins")
        let key = try await gateway.send("POST", "/auth/keys", json: #"{"name":"ci"}"#, token: root).text("key")
        #expect(try await gateway.get("/auth/verify", token: key)["remote-groups"] == "admins")
        let cookie = ("Cookie", "gateway_session=" + String(repeating: "A", count: 43))
        for (method, path) in Self.routes {
            let json = [("Content-Type", "application/json")]
            for (headers, status) in [
                ([], 401), ([cookie], 401), ([("Authorization", "Basic cm9vdDp4")], 401),
                ([("Authorization", "Bearer \(foreign)")], 401), ([("Authorization", "Bearer \(key)")], 401),
                ([("Authorization", "Bearer \(user)")], 403),
                ([("Authorization", "Bearer \(root)"), ("Authorization", "Bearer \(root)")], 401),
            ] {
                let exchange = HTTPExchange(method: method, path: path, headers: json + headers, body: "{}")
                #expect(try await exchange.send(to: gateway.port).status == status, "\(method) \(path) \(headers)")
            }
        }
        // By the command line, beside the running server: within a second.
        #expect(try await gateway.run(["users", "set", "root", "--groups", "staff"]).status == 0)
        try await GatewayProcess.expectWithinASecond {
            try await gateway.get("/admin/users", token: root).status == 401
        }
        let later = try await gateway.logIn("root", Self.password).text("access_token")
        for (method, path) in Self.routes {
            #expect(try await gateway.send(method, path, json: "{}", token: later).status == 403, "\(method) \(path)")
        }
        await gateway.end()
    }

    @Test(.needsPostgres) func `two gateways of one PostgreSQL database administer as one`() async throws {
        let deployment = try await PostgresDeployment.ready(on: .shared())
        let (first, second) = (try await deployment.start(), try await deployment.start())
        let root = try await Self.administrator(at: first)
        for name in ["b-b", "b.b", "b_b", "bb1", "ibb"] {
            let body = #"{"username":"\#(name)","email":"a\#(name)@example.com","password":"\#(Self.password)"}"#
            #expect(try await first.send("POST", "/admin/users", json: body, token: root).status == 201)
        }
        var (names, path) = ([String](), String?.some("/admin/users?query=B&limit=2"))
        while let next = path {
            let page = try await second.get(next, token: root).json()
            names += (page["users"] as? [[String: Any]] ?? []).compactMap { $0["username"] as? String }
            path = (page["next"] as? String).map { "/admin/users?query=b&limit=2&after=\($0)" }
        }
        #expect(names == ["b-b", "b.b", "b_b", "bb1"], "byte by byte, whatever the database's language has")
        let user = try await second.logIn("bb1", Self.password).text("access_token")
        let found = try await first.get("/admin/users?query=bb1", token: root).json()
        let id = try #require((found["users"] as? [[String: Any]])?.first?["id"] as? String)
        let change = #"{"groups":["admins"]}"#
        #expect(try await first.send("PATCH", "/admin/users/\(id)", json: change, token: root).status == 200)
        try await GatewayProcess.expectWithinASecond { try await second.verify(user) == 401 }
        let trail = try await second.get("/admin/audit?account=\(id)&kind=groups_changed", token: root).json()
        #expect((trail["events"] as? [[String: Any]])?.count == 1)

        // Two administrators who close each other's accounts by two gateways at once: one remains.
        let other = try await second.logIn("bb1", Self.password).text("access_token")
        let me = try await first.get("/auth/me", token: root).text("id")
        let close = #"{"disabled":true}"#
        async let one = first.send("PATCH", "/admin/users/\(id)", json: close, token: root)
        async let two = second.send("PATCH", "/admin/users/\(me)", json: close, token: other)
        #expect(try await Set([one.status, two.status]) == [200, 401])
        await first.end()
        await second.end()
    }

    static let password = "correct horse battery"

    private static let routes = [
        ("GET", "/admin/users"), ("POST", "/admin/users"), ("GET", "/admin/users/x"), ("PATCH", "/admin/users/x"),
        ("DELETE", "/admin/users/x"), ("POST", "/admin/users/x/logout"), ("POST", "/admin/users/x/reset-password"),
        ("GET", "/admin/audit"),
    ]

    /// The access token of the first administrator, made at the command line.
    static func administrator(at gateway: GatewayProcess) async throws -> String {
        let words = ["users", "create", "--username", "root", "--email", "root@example.com", "--groups", "admins"]
        let made = try await gateway.run(words + ["--password-stdin"], input: password + "\n")
        #expect(made.status == 0, "\(made.output)")
        return try await gateway.logIn("root", password).text("access_token")
    }
}
