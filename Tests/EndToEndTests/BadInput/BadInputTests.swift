import Foundation
import Testing

/// The ordinary bad inputs of every route. Each goes to a gateway with the validation stage and to one without any
/// stage, which refuse it alike.
@Suite(.timeLimit(.minutes(5)))
struct BadInputTests {
    @Test func `one field at fault among good ones is named alone, with its code`() async throws {
        let gateways = try await GatewayPair.start()
        for route in InputRoute.all {
            for field in route.fields {
                for fault in field.faults {
                    let body = route.json(replacing: field.name, by: fault.value)
                    let refused = try await gateways.refusal(of: route.exchange(body: body))
                    #expect(
                        refused == .input([Entry(pointer: "/" + field.name, code: fault.code)]),
                        "\(route.name): \(body.prefix(300))")
                }
            }
        }
        await gateways.end()
    }

    @Test func `all fields at fault at once are all named, in the order of their declaration`() async throws {
        let gateways = try await GatewayPair.start()
        for route in InputRoute.all {
            let wrong = try await gateways.refusal(of: route.exchange(body: route.json(\.otherType)))
            #expect(wrong == .input(route.fields.map { Entry(pointer: "/" + $0.name, code: "wrong_type") }), "\(route)")
            guard route.needsBody else { continue }
            let missing = try await gateways.refusal(of: route.exchange(body: "{}"))
            let required = route.fields.filter(\.isRequired)
            #expect(missing == .input(required.map { Entry(pointer: "/" + $0.name, code: "required") }), "\(route)")
        }
        await gateways.end()
    }

    @Test func `a form's fields are named like those of JSON`() async throws {
        let gateways = try await GatewayPair.start()
        for route in InputRoute.all where route.takesForms {
            for field in route.fields {
                for (value, code) in field.faultsInForms {
                    let form = route.form(replacing: field.name, by: value)
                    let refused = try await gateways.refusal(of: route.exchange(.form, body: form))
                    #expect(
                        refused == .input([Entry(pointer: "/" + field.name, code: code)]),
                        "\(route.name): \(form.prefix(300))")
                }
                for broken in ["\(field.name)=%zz", "\(field.name)=%ff", "\(field.name)=%00"] {
                    let refused = try await gateways.refusal(of: route.exchange(.form, body: broken))
                    #expect(refused == Refusal(400, "malformed_request"), "\(route.name): \(broken)")
                }
                let doubled = route.form() + "&\(field.name)=again"
                let refused = try await gateways.refusal(of: route.exchange(.form, body: doubled))
                #expect(refused == Refusal(400, "malformed_request"), "\(route.name): \(doubled)")
            }
        }
        await gateways.end()
    }

    @Test func `a body of the wrong kind is refused before its fields are looked at`() async throws {
        let gateways = try await GatewayPair.start()
        for route in InputRoute.all {
            let name = route.fields[0].name
            let doubled = #"{"\#(name)":\#(route.fields[0].good),"\#(name)":\#(route.fields[0].good)}"#
            for broken in ["{", "[]", "7", "null", #""text""#, "{} {}", "{'a':1}", #"{"a":1,}"#, doubled] {
                let refused = try await gateways.refusal(of: route.exchange(body: broken))
                #expect(refused == Refusal(400, "malformed_request"), "\(route.name): \(broken)")
            }
            for type in ["text/plain", "application/json; charset=latin1", "multipart/form-data", "json"] {
                let refused = try await gateways.refusal(of: route.exchange(.other(type), body: route.json()))
                #expect(refused == Refusal(415, "unsupported_media_type"), "\(route.name): \(type)")
            }
            let untyped = try await gateways.refusal(of: route.exchange(.absent, body: route.json()))
            #expect(untyped == Refusal(415, "unsupported_media_type"), "\(route)")
            guard !route.takesForms else { continue }
            let form = try await gateways.refusal(of: route.exchange(.form, body: route.form()))
            #expect(form == Refusal(415, "unsupported_media_type"), "\(route)")
        }
        await gateways.end()
    }

    @Test func `a body that is missing or too large is refused`() async throws {
        let gateways = try await GatewayPair.start()
        for route in InputRoute.all {
            let largest = "{}" + String(repeating: " ", count: 65_534)
            let tooLarge = try await gateways.refusal(of: route.exchange(body: largest + " "))
            #expect(tooLarge == Refusal(413, "body_too_large"), "\(route)")
            guard route.needsBody else { continue }
            #expect(try await gateways.refusal(of: route.exchange(body: largest)).status == 422, "\(route)")
            for type in [InputRoute.BodyType.absent, .json] {
                let refused = try await gateways.refusal(of: route.exchange(type, body: ""))
                #expect(refused == Refusal(400, "malformed_request"), "\(route)")
            }
        }
        await gateways.end()
    }

    @Test func `the credential is judged before the input, and a logout without either needs a token`() async throws {
        let gateways = try await GatewayPair.start()
        // The body of a logout may be the credential.
        for route in InputRoute.all where route.needsToken && route.path != "/auth/logout" {
            let broken = route.exchange(body: route.json { _ in "[]" })
            let refused = try await gateways.refusal(of: broken, withToken: false)
            #expect(refused == Refusal(401, "invalid_token"), "\(route)")
        }
        for body in ["", "{}", #"{"everywhere":null,"refresh_token":null}"#] {
            let logout = HTTPExchange(
                method: "POST", path: "/auth/logout", headers: [("Content-Type", "application/json")], body: body)
            let refused = try await gateways.refusal(of: logout, withToken: false)
            #expect(refused == Refusal(401, "invalid_token"), "\(body)")
        }
        await gateways.end()
    }

    @Test func `a route that needs a token says so, and tells a missing one from a bad or a doubled one`() async throws
    {
        let gateways = try await GatewayPair.start()
        let token = gateways.bareToken
        let guarded = [
            ("GET", "/auth/me"), ("GET", "/auth/sessions"), ("DELETE", "/auth/sessions/x"), ("GET", "/auth/keys"),
            ("POST", "/auth/keys"), ("DELETE", "/auth/keys/x"), ("GET", "/auth/verify"), ("GET", "/auth/verify/nginx"),
            ("POST", "/auth/logout"),
        ]
        for (method, path) in guarded {
            let ask = { (credentials: [String]) async throws -> HTTPAnswer in
                let question = [("X-Original-URL", "http://localhost/a"), ("X-Original-Method", "GET")]
                let headers = credentials.map { ("Authorization", $0) } + (path.hasSuffix("/nginx") ? question : [])
                let answer = try await HTTPExchange(method: method, path: path, headers: headers)
                    .send(to: gateways.bare.port)
                #expect(answer.status == 401, "\(path) \(credentials)")
                #expect(answer.body.isEmpty == (path == "/auth/verify/nginx"))
                if !answer.body.isEmpty { #expect(try answer.text("code") == "invalid_token") }
                return answer
            }
            #expect(try await ask([])["www-authenticate"] == #"Bearer realm="auth-gateway""#)
            for credentials in [["Bearer bad"], ["Bearer"], ["Bearer \(token)", "Bearer \(token)"]] {
                let challenge = try await ask(credentials)["www-authenticate"]
                #expect(challenge == #"Bearer realm="auth-gateway", error="invalid_token""#, "\(path)")
            }
        }
        #expect(try await gateways.bare.verify(token) == 200)
        await gateways.end()
    }

    @Test(arguments: [
        ("PUT", "/auth/login", "POST"), ("GET", "/auth/register", "POST"), ("GET", "/auth/refresh", "POST"),
        ("DELETE", "/auth/logout", "POST"), ("POST", "/auth/me", "DELETE, GET, HEAD, PATCH"),
        ("PUT", "/auth/reset-password/x", "GET, HEAD, POST"), ("GET", "/auth/sessions/x", "DELETE"),
        ("POST", "/auth/sessions", "GET, HEAD"), ("PUT", "/auth/keys", "GET, HEAD, POST"),
        ("GET", "/auth/keys/x", "DELETE"), ("POST", "/.well-known/jwks.json", "GET, HEAD"),
    ])
    func `a wrong method is told the right ones`(method: String, path: String, allowed: String) async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        let answer = try await HTTPExchange(method: method, path: path).send(to: gateway.port)
        #expect(answer.status == 405)
        #expect(answer["allow"] == allowed)
        #expect(try answer.text("code") == "method_not_allowed")
        await gateway.end()
    }

    @Test func `what has no route is not found`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        for path in ["/nothing", "/", "/auth", "/auth/", "/auth/me/", "//auth/me", "/auth/verify/apache"] {
            let answer = try await gateway.get(path)
            #expect(answer.status == 404, "\(path)")
            #expect(try answer.text("code") == "not_found", "\(path)")
        }
        await gateway.end()
    }

    @Test func `taken names, taken addresses and common passwords are told apart`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        let register = { (name: String, email: String, password: String) async throws -> Refusal in
            let body = #"{"username":"\#(name)","email":"\#(email)","password":"\#(password)"}"#
            return try Refusal(await gateway.send("POST", "/auth/register", json: body))
        }
        let good = "correct horse battery"
        #expect(try await register("johndoe", "jane@example.com", good) == Refusal(409, "username_taken"))
        #expect(try await register("JOHNDOE", "jane@example.com", good) == Refusal(409, "username_taken"))
        #expect(try await register("jane", "John@Example.com", good) == Refusal(409, "email_taken"))
        let personal = Refusal.input([Entry(pointer: "/password", code: "too_personal")])
        #expect(try await register("jane.miller", "jane@example.com", "Jane.Miller") == personal)
        #expect(try await register("jane", "jane@example.com", "Jane@example.com") == personal)
        await gateway.end()
    }

    private static let password = "correct horse battery"

    @Test func `an unknown user, a wrong password and a disabled account get the same answer`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        #expect(try await gateway.send("POST", "/auth/register", json: TourTests.registration).status == 201)
        let jane = #"{"username":"jane","email":"jane@example.com","password":"\#(Self.password)"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: jane).status == 201)
        #expect(try await gateway.run(["users", "disable", "jane", "--config", "config.yaml"]).status == 0)
        let disabled = try await gateway.logIn("jane", Self.password)
        let known = try await gateway.send("POST", "/auth/login", form: "username=johndoe&password=wrong+horse+battery")
        let unknown = try await gateway.send(
            "POST", "/auth/login", form: "username=nobody&password=wrong+horse+battery")
        #expect(try Refusal(known) == Refusal(401, "invalid_credentials"))
        #expect(known.withoutItsID == unknown.withoutItsID)
        #expect(disabled.withoutItsID == unknown.withoutItsID)
        await gateway.end()
    }
}

/// One entry of `errors`.
struct Entry: Hashable, Sendable {
    let pointer: String
    let code: String
}

/// What a refusal says.
struct Refusal: Hashable, Sendable {
    let status: Int
    let code: String
    var entries: [Entry] = []

    init(_ status: Int, _ code: String) {
        self.status = status
        self.code = code
    }

    /// 422 with these entries.
    static func input(_ entries: [Entry]) -> Self {
        var refusal = Self(422, "invalid_input")
        refusal.entries = entries
        return refusal
    }

    /// Reads an answer, whose entries must have these three members and no others.
    init(_ answer: HTTPAnswer) throws {
        #expect(answer["content-type"] == "application/problem+json", "\(answer.body)")
        status = answer.status
        code = try answer.text("code")
        entries = try (answer.json()["errors"] as? [[String: Any]] ?? []).map { entry in
            #expect(Set(entry.keys) == ["pointer", "code", "detail"])
            #expect((entry["detail"] as? String)?.isEmpty == false)
            return Entry(
                pointer: try #require(entry["pointer"] as? String), code: try #require(entry["code"] as? String))
        }
    }
}

/// A gateway with the validation stage and one without any stage, each with someone logged in.
private struct GatewayPair {
    let validating: GatewayProcess
    let validatingToken: String
    let bare: GatewayProcess
    let bareToken: String

    static func start() async throws -> Self {
        let validating = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: [{use: validation}]")
        let bare = try await GatewayProcess.start(in: TestFolder(), extra: "pipeline: []")
        return Self(
            validating: validating,
            validatingToken: try await TourTests.registerAndLogIn(at: validating).text("access_token"), bare: bare,
            bareToken: try await TourTests.registerAndLogIn(at: bare).text("access_token"))
    }

    /// What both answer to it, which is the same to the last byte.
    func refusal(of exchange: HTTPExchange, withToken: Bool = true) async throws -> Refusal {
        var (first, second) = (exchange, exchange)
        if withToken {
            first.headers.append(("Authorization", "Bearer \(validatingToken)"))
            second.headers.append(("Authorization", "Bearer \(bareToken)"))
        }
        let validated = try await first.send(to: validating.port)
        let decoded = try await second.send(to: bare.port)
        #expect(validated.withoutItsID == decoded.withoutItsID, "\(exchange.method) \(exchange.path)")
        return try Refusal(decoded)
    }

    func end() async {
        await validating.end()
        await bare.end()
    }
}
