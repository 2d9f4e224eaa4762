import Foundation
import Testing

/// The ordinary bad inputs of every route, with the validation stage and without any stage: the same refusals.
@Suite(.timeLimit(.minutes(3)))
struct BadInputTests {
    /// A route with a good body, whose fields are then broken one by one.
    struct Route: Sendable {
        var method = "POST"
        var path: String
        var fields: [String: String]
        var takesForms = false
        var needsToken = false
    }

    static let routes = [
        Route(
            path: "/auth/register",
            fields: ["username": "jane", "email": "jane@example.com", "password": "correct horse battery"]),
        Route(
            path: "/auth/login", fields: ["username": "johndoe", "password": "wrong horse battery"], takesForms: true),
        Route(path: "/auth/refresh", fields: ["refresh_token": "unknown"], takesForms: true),
        Route(path: "/auth/forgot-password", fields: ["email": "jane@example.com"]),
        Route(
            path: "/auth/reset-password/unknown", fields: ["new_password": "correct horse battery"], takesForms: true),
        Route(method: "PATCH", path: "/auth/me", fields: ["username": "jane"], needsToken: true),
        Route(
            path: "/auth/change-password",
            fields: ["current_password": "wrong horse battery", "new_password": "staple battery horse"],
            needsToken: true),
        Route(
            method: "DELETE", path: "/auth/me", fields: ["current_password": "wrong horse battery"], needsToken: true),
    ]

    @Test(arguments: ["pipeline: []", "pipeline: [{use: validation}]"])
    func `each bad input gets its documented code, and every field at fault is named`(pipeline: String) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: pipeline)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        for route in Self.routes {
            let names = Set(route.fields.keys.map { "/" + $0 })
            let send = { (body: String, type: String?) async throws -> HTTPAnswer in
                var headers = type.map { [("Content-Type", $0)] } ?? []
                if route.needsToken { headers.append(("Authorization", "Bearer \(token)")) }
                return try await HTTPExchange(method: route.method, path: route.path, headers: headers, body: body)
                    .send(to: gateway.port)
            }
            try expect(await send("", nil), 400, "malformed_request", route)
            try expect(await send("{", "application/json"), 400, "malformed_request", route)
            try expect(await send("[]", "application/json"), 400, "malformed_request", route)
            try expect(await send("{}", "text/plain"), 415, "unsupported_media_type", route)
            try expect(await send(Self.long(70_000), "application/json"), 413, "body_too_large", route)
            for broken in ["{}", Self.json(route, "\"\""), Self.json(route, "7"), Self.json(route, Self.text(5000))] {
                let answer = try await send(broken, "application/json")
                try expect(answer, 422, "invalid_input", route)
                #expect(try Self.pointers(answer) == names, "\(route.path) \(broken.prefix(80))")
            }
            let form = try await send("", "application/x-www-form-urlencoded")
            let (status, code) = route.takesForms ? (422, "invalid_input") : (415, "unsupported_media_type")
            try expect(form, status, code, route)
        }
        await gateway.end()
    }

    @Test(arguments: ["pipeline: []", "pipeline: [{use: validation}]"])
    func `a route that needs a token says so, and tells a missing one from a bad one`(pipeline: String) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: pipeline)
        for (method, path) in [("GET", "/auth/me"), ("GET", "/auth/sessions"), ("DELETE", "/auth/sessions/x")] {
            let missing = try await HTTPExchange(method: method, path: path).send(to: gateway.port)
            #expect(missing.status == 401)
            #expect(missing["www-authenticate"]?.contains("error=") == false)
            let bad = try await HTTPExchange(method: method, path: path, headers: [("Authorization", "Bearer bad")])
                .send(to: gateway.port)
            #expect(bad.status == 401)
            #expect(bad["www-authenticate"]?.contains("error=\"invalid_token\"") == true)
            #expect(try bad.text("code") == "invalid_token")
        }
        let wrongMethod = try await HTTPExchange(method: "PUT", path: "/auth/login").send(to: gateway.port)
        #expect(wrongMethod.status == 405)
        #expect(wrongMethod["allow"] == "POST")
        #expect(try await gateway.get("/nothing").status == 404)
        await gateway.end()
    }

    @Test func `taken names, taken addresses and common passwords are told apart`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        let register = { (name: String, email: String, password: String) async throws -> HTTPAnswer in
            let body = #"{"username":"\#(name)","email":"\#(email)","password":"\#(password)"}"#
            return try await gateway.send("POST", "/auth/register", json: body)
        }
        let taken = try await register("johndoe", "jane@example.com", "correct horse battery")
        #expect(taken.status == 409)
        #expect(try taken.text("code") == "username_taken")
        let address = try await register("jane", "John@Example.com", "correct horse battery")
        #expect(address.status == 409)
        #expect(try address.text("code") == "email_taken")
        let common = try await register("jane", "jane@example.com", "Password123")
        #expect(common.status == 422)
        #expect(try Self.pointers(common) == ["/password"])
        let unknown = try await gateway.send(
            "POST", "/auth/login", form: "username=nobody&password=wrong+horse+battery")
        let wrong = try await gateway.send("POST", "/auth/login", form: "username=johndoe&password=wrong+horse+battery")
        #expect(unknown.status == 401)
        #expect(wrong.status == 401)
        #expect(try unknown.text("code") == "invalid_credentials")
        #expect(try unknown.text("detail") == wrong.text("detail"))
        await gateway.end()
    }

    private func expect(_ answer: HTTPAnswer, _ status: Int, _ code: String, _ route: Route) throws {
        #expect(answer.status == status, "\(route.method) \(route.path): \(answer.body)")
        #expect(answer["content-type"] == "application/problem+json", "\(route.method) \(route.path)")
        #expect(try answer.text("code") == code, "\(route.method) \(route.path)")
    }

    /// The good body with every field in turn replaced by one JSON value.
    private static func json(_ route: Route, _ value: String) -> String {
        "{" + route.fields.keys.sorted().map { "\"\($0)\":\(value)" }.joined(separator: ",") + "}"
    }

    private static func text(_ length: Int) -> String { "\"" + String(repeating: "a", count: length) + "\"" }

    private static func long(_ length: Int) -> String { "{\"a\":\(text(length))}" }

    private static func pointers(_ answer: HTTPAnswer) throws -> Set<String> {
        let errors = try answer.json()["errors"] as? [[String: Any]] ?? []
        return Set(errors.compactMap { $0["pointer"] as? String })
    }
}
