import GatewayAccounts
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// The routes for administrators.
@Suite struct AdministrationEndpointTests {
    let gateway: InMemoryGateway

    init() throws { gateway = try InMemoryGateway() }

    private var routes: [RouteDeclaration] { gateway.routes.filter(\.isForAdministrators) }

    @Test func `every route refuses who is no administrator before anything else is looked at`() async throws {
        let token = try await gateway.logIn()
        #expect(routes.count == 8)
        for route in routes {
            for (shown, code) in [(nil, "invalid_token"), ("junk", "invalid_token"), (token, "forbidden")] {
                for body in ["{", "{}", nil] {
                    let path = route.examplePath + (route.query.isEmpty ? "" : "?limit=x")
                    let answer = try await gateway.send(route.someMethod, path, token: shown, json: body)
                    #expect(answer.code == code, "\(route.name), \(shown ?? "-")")
                }
            }
        }
    }

    @Test func `every route refuses a token from before the group was taken away, at once`() async throws {
        let token = try await gateway.logInAsAdministrator()
        #expect(try await gateway.send(.get, "/admin/users", token: token).status == .ok)
        try await gateway.setGroups([])
        for route in routes {
            let answer = try await gateway.send(route.someMethod, route.examplePath, token: token)
            #expect(answer.code == "invalid_token", "\(route.name)")
        }
        let later = try await gateway.logIn()
        #expect(try await gateway.send(.get, "/admin/users", token: later).code == "forbidden")
    }

    @Test func `an account is made, found, shown, changed and deleted`() async throws {
        let token = try await gateway.logInAsAdministrator()
        let body = #"{"username":"Jane","email":"Jane@Example.com","groups":["staff"],"email_verified":true}"#
        let made = try await gateway.send(.post, "/admin/users", token: token, json: body)
        #expect(made.status == .created)
        let jane = try JSONValue(strictly: Array(buffer: made.body))
        #expect(jane["username"] == "jane" && jane["email"] == "jane@example.com" && jane["disabled"] == false)
        #expect(jane["groups"] == ["staff"] && jane["email_verified"] == true && jane["last_login_at"] == .null)
        let id = try #require(jane["id"]?.string)
        #expect(made.headers[.location] == "https://auth.example.com/admin/users/\(id)")
        let shown = try await gateway.send(.get, "/admin/users/\(id)", token: token)
        #expect(try JSONValue(strictly: Array(buffer: shown.body)) == jane)
        let found = try await gateway.send(.get, "/admin/users?query=JAN&limit=1", token: token)
        #expect(try JSONValue(strictly: Array(buffer: found.body)) == ["users": [jane], "next": .null])
        let changed = try await gateway.send(
            .patch, "/admin/users/\(id)", token: token, json: #"{"groups":[],"disabled":true}"#)
        let body2 = try JSONValue(strictly: Array(buffer: changed.body))
        #expect(body2["disabled"] == true && body2["groups"] == [] && body2["username"] == "jane")
        let reset = try await gateway.send(.post, "/admin/users/\(id)/reset-password", token: token)
        #expect(reset.code == "account_disabled")
        #expect(try await gateway.send(.delete, "/admin/users/\(id)", token: token).status == .noContent)
        for (method, path) in [
            (HTTPRequest.Method.get, ""), (.delete, ""), (.post, "/logout"), (.post, "/reset-password"),
        ] {
            let answer = try await gateway.send(method, "/admin/users/\(id)\(path)", token: token)
            #expect(answer.code == "not_found", "\(method) \(path)")
        }
        let gone = try await gateway.send(.patch, "/admin/users/\(id)", token: token, json: "{}")
        #expect(gone.code == "not_found")
    }

    @Test func `pages go on behind each other, and a place that is none is named`() async throws {
        let token = try await gateway.logInAsAdministrator()
        for name in ["jana", "jane", "jano"] {
            let body =
                #"{"username":"\#(name)","email":"x\#(name)@example.com","password":"\#(InMemoryGateway.password)"}"#
            #expect(try await gateway.send(.post, "/admin/users", token: token, json: body).status == .created)
        }
        var (names, path) = ([String](), String?.some("/admin/users?query=jan&limit=2"))
        while let next = path {
            let page = try JSONValue(strictly: Array(buffer: try await gateway.send(.get, next, token: token).body))
            names += (page["users"]?.array ?? []).compactMap { $0["username"]?.string }
            path = page["next"]?.string.map { "/admin/users?query=jan&limit=2&after=\($0)" }
        }
        #expect(names == ["jana", "jane", "jano"])
        for list in ["users", "audit"] {
            for bad in ["a", "am9obm=", "AA", "_w"] + (list == "audit" ? ["am9obg", "MSAy", "MSAyIDM"] : []) {
                let answer = try await gateway.send(.get, "/admin/\(list)?after=\(bad)", token: token)
                guard bad != "MSAy" else {
                    #expect(answer.status == .ok, "it is the place '1 2'")
                    continue
                }
                let errors = try JSONValue(strictly: Array(buffer: answer.body))["errors"]?.array ?? []
                #expect(errors.compactMap { $0["pointer"]?.string } == ["/after"], "\(list) \(bad)")
                #expect(errors.first?["code"] == "invalid_cursor")
            }
        }
    }

    @Test func `an account that kept the id of another system is shown and changed by it`() async throws {
        let token = try await gateway.logInAsAdministrator()
        try await gateway.storage.write { records throws(StorageError) in
            _ = try records.accounts.insert(
                Account(
                    id: AccountID("auth0|7"), username: Username(stored: "old"),
                    email: EmailAddress(stored: "old@example.com"), passwordHash: PasswordHash(""),
                    createdAt: Timestamp(seconds: 0)))
        }
        let path = "/admin/users/auth0%7C7"
        let shown = try await gateway.send(.get, path, token: token)
        #expect(try JSONValue(strictly: Array(buffer: shown.body))["id"] == "auth0|7")
        #expect(try await gateway.send(.patch, path, token: token, json: #"{"disabled":true}"#).status == .ok)
        let trail = try await gateway.send(.get, "/admin/audit?account=auth0%7C7", token: token)
        #expect(try JSONValue(strictly: Array(buffer: trail.body))["events"]?.array?.count == 1)
        #expect(try await gateway.send(.get, "/admin/users/auth0%007", token: token).code == "not_found")
    }

    @Test func `who has read an account before somebody else's change changes and deletes nothing by If-Match`()
        async throws
    {
        let token = try await gateway.logInAsAdministrator()
        let body = #"{"username":"jane","email":"jane@example.com"}"#
        let made = try await gateway.send(.post, "/admin/users", token: token, json: body)
        let path = "/admin/users/\(try #require(try JSONValue(strictly: Array(buffer: made.body))["id"]?.string))"
        let seen = try #require(made.headers[.eTag])
        #expect(try await gateway.send(.get, path, token: token).headers[.eTag] == seen)
        let ask = { (method: HTTPRequest.Method, tag: String, json: String?) in
            try await gateway.send(
                method, path, headers: [.contentType: "application/json", .ifMatch: tag], token: token,
                body: json.map { ByteBuffer(string: $0) })
        }
        let first = try await ask(.patch, seen, #"{"groups":["staff"]}"#)
        let now = try #require(first.headers[.eTag])
        #expect(first.status == .ok && now != seen)
        for (method, json) in [(HTTPRequest.Method.patch, #"{"groups":[]}"#), (.delete, nil)] {
            for tag in [seen, "W/\(now)", "\"else\""] {
                let late = try await ask(method, tag, json)
                #expect(late.status == .preconditionFailed && late.code == "precondition_failed", "\(tag)")
            }
            #expect(try await ask(method, "junk", json).code == "malformed_request")
        }
        let left = try await gateway.send(.get, path, token: token)
        #expect(try JSONValue(strictly: Array(buffer: left.body))["groups"] == ["staff"])
        #expect(left.headers[.eTag] == now)
        #expect(try await ask(.patch, "*", "{}").status == .ok)
        #expect(try await ask(.delete, "\(seen), \(now)", nil).status == .noContent)
        #expect(try await ask(.delete, now, nil).code == "not_found")
    }

    @Test func `all faults of the input come at once, those of unknown fields too`() async throws {
        let token = try await gateway.logInAsAdministrator()
        let body = #"{"username":"a b","email":"x","password":"x","groups":["A"],"email_verified":1,"admin":true}"#
        let answer = try await gateway.send(.post, "/admin/users", token: token, json: body)
        let errors = try JSONValue(strictly: Array(buffer: answer.body))["errors"]?.array ?? []
        #expect(
            errors.compactMap { $0["pointer"]?.string }
                == ["/username", "/email", "/password", "/groups", "/email_verified", "/admin"])
        let many = (0..<65).map { "\"g\($0)\"" }.joined(separator: ",")
        let patch = #"{"groups":[\#(many)],"disable":true}"#
        let refused = try await gateway.send(.patch, "/admin/users/x", token: token, json: patch)
        let faults = try JSONValue(strictly: Array(buffer: refused.body))["errors"]?.array ?? []
        #expect(faults.compactMap { $0["code"]?.string } == ["too_many", "unknown_field"])
        let own = #"{"username":"jane","email":"longname@b.example","password":"longname@b.example"}"#
        let personal = try await gateway.send(.post, "/admin/users", token: token, json: own)
        #expect(String(buffer: personal.body).contains("too_personal"))
    }

    @Test func `an administrator who would lock themselves out is told that they may not`() async throws {
        let token = try await gateway.logInAsAdministrator()
        let me = try await gateway.send(.get, "/auth/me", token: token)
        let id = try #require(try JSONValue(strictly: Array(buffer: me.body))["id"]?.string)
        for (method, body) in [
            (HTTPRequest.Method.patch, #"{"disabled":true}"#), (.patch, #"{"groups":[]}"#),
            (.patch, #"{"username":"other","groups":["staff"]}"#), (.delete, nil),
        ] {
            let answer = try await gateway.send(method, "/admin/users/\(id)", token: token, json: body)
            #expect(answer.status == .forbidden && answer.code == "forbidden")
            #expect(String(buffer: answer.body).contains("your own account"))
        }
        #expect(try await gateway.send(.get, "/auth/me", token: token).status == .ok)
    }

    @Test func `the trail shows what was done, by whom and from where, and no hash, address or token`() async throws {
        let token = try await gateway.logInAsAdministrator()
        let body = #"{"username":"jane","email":"jane@example.com"}"#
        let made = try await gateway.send(.post, "/admin/users", token: token, json: body)
        let id = try #require(try JSONValue(strictly: Array(buffer: made.body))["id"]?.string)
        _ = try await gateway.send(.post, "/admin/users/\(id)/logout", token: token)
        let all = try await gateway.send(.get, "/admin/audit", token: token)
        let events = try #require(try JSONValue(strictly: Array(buffer: all.body))["events"]?.array)
        #expect(events.first?["kind"] == "logged_out_everywhere" && events.first?["account"] == .string(id))
        let me = try await gateway.send(.get, "/auth/me", token: token)
        #expect(try events.first?["actor"] == JSONValue(strictly: Array(buffer: me.body))["id"])
        #expect(events.first?["facts"] == ["api_keys": "0", "sessions": "0"])
        let text = String(buffer: all.body)
        for secret in [token, "@", "example.com", "hash"] { #expect(!text.contains(secret), "\(secret)") }
        for (query, count) in [
            ("kind=account_created", 1), ("account=\(id)", 2), ("account=\(id)&kind=account_created", 1),
            ("account=nobody", 0), ("from=2027-01-15T08:00:00Z&account=\(id)", 2), ("until=2027-01-15T08:00:00Z", 0),
            ("limit=1", 1),
        ] {
            let page = try await gateway.send(.get, "/admin/audit?\(query)", token: token)
            let found = try JSONValue(strictly: Array(buffer: page.body))["events"]?.array
            #expect(found?.count == count, "\(query)")
        }
        for path in ["/admin/users", "/admin/users/\(id)"] {
            let shown = String(buffer: try await gateway.send(.get, path, token: token).body)
            #expect(!shown.contains("hash") && !shown.contains("password"))
        }
    }
}
