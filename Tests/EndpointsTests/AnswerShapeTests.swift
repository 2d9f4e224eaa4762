import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// What endpoints answer is what their routes declare.
@Suite struct AnswerShapeTests {
    let gateway: InMemoryGateway

    init() throws { gateway = try InMemoryGateway() }

    @Test func `every good answer of every route is as declared, to the header field`() async throws {
        for route in gateway.routes {
            let gateway = try InMemoryGateway()
            let answer = try await goodAnswer(of: route, at: gateway)
            #expect(answer.status.kind == .successful, "\(route.name): \(answer.status) \(String(buffer: answer.body))")
            expectDeclared(answer, by: route)
        }
    }

    @Test func `a browser that has set a password gets the declared page`() async throws {
        let route = try #require(gateway.door.routes.declaration(named: "POST /auth/reset-password/{token}"))
        let answer = try await reset(at: gateway, headers: [.accept: "text/html"])
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        expectDeclared(answer, by: route)
    }

    @Test func `a browser that has followed a mailed link gets the declared pages`() async throws {
        for page in ["verify-email", "restore-email"] {
            let gateway = try InMemoryGateway()
            let form = try await gateway.send(
                .get, "/auth/\(page)/anything", headers: [.accept: "text/html"], body: nil)
            #expect(form.status == .ok && String(buffer: form.body).contains("<form method=\"post\"><button>"))
            let headers: HTTPFields = [.accept: "text/html"]
            let answer =
                page == "verify-email"
                ? try await confirm(at: gateway, headers: headers) : try await restore(at: gateway, headers: headers)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            let route = try #require(gateway.door.routes.declaration(named: "POST /auth/\(page)/{token}"))
            expectDeclared(answer, by: route)
            let again = try await gateway.send(.post, "/auth/\(page)/anything", headers: headers, body: nil)
            #expect(again.status == .badRequest && String(buffer: again.body).contains("This link does not work"))
        }
    }

    @Test func `every declared example of a body can be read`() async throws {
        for route in gateway.routes {
            guard let input = route.input else { continue }
            for format in input.formats {
                let gateway = try InMemoryGateway()
                let token = try await gateway.logIn(for: route)
                let body = format == .form ? form(of: input) : String(decoding: input.example.encoded(), as: UTF8.self)
                let answer = try await gateway.send(
                    route.someMethod, route.examplePath, headers: [.contentType: format.rawValue], token: token,
                    body: ByteBuffer(string: body))
                let unreadable = ["malformed_request", "unsupported_media_type", "invalid_input"]
                #expect(
                    !unreadable.contains(answer.code ?? ""), "\(route.name) \(format): \(String(buffer: answer.body))")
            }
        }
    }

    @Test func `every example of an answer has its own shape`() {
        for route in gateway.routes {
            for shape in route.answers.flatMap(\.contents).compactMap(\.shape) {
                #expect(shape.misfits(of: shape.example) == [], "\(route.name)")
            }
        }
    }

    private func expectDeclared(_ answer: TestResponse, by route: RouteDeclaration) {
        let declared = route.answers.filter { $0.status == answer.status }
        let type = answer.headers[.contentType]
        let fitting = declared.first { $0.contents.first?.mediaType == type }
        guard let fitting else {
            Issue.record("\(route.name): \(answer.status) as \(type ?? "nothing") is not declared")
            return
        }
        #expect((answer.body.readableBytes == 0) == fitting.contents.isEmpty, "\(route.name)")
        for header in fitting.headers {
            #expect(answer.headers[header.name] != nil, "\(route.name): \(header.name)")
            if let value = header.value { #expect(answer.headers[header.name] == value, "\(route.name)") }
        }
        guard let shape = fitting.contents.first?.shape else { return }
        do {
            #expect(try shape.misfits(of: JSONValue(strictly: Array(buffer: answer.body))) == [], "\(route.name)")
        } catch {
            Issue.record("\(route.name): \(error)")
        }
    }

    /// What each route answers to whoever does everything right.
    private func goodAnswer(of route: RouteDeclaration, at gateway: InMemoryGateway) async throws -> TestResponse {
        let (method, path) = (route.someMethod, route.examplePath)
        if route.name == "POST /auth/register" { return try await gateway.send(method, path, json: example(of: route)) }
        if route.isForAdministrators { return try await goodAnswerForAdministrator(of: route, at: gateway) }
        let (access, refresh) = try await gateway.tokens()
        let json: String? =
            switch route.name {
            case "POST /auth/login": #"{"username":"johndoe","password":"correct horse"}"#
            case "POST /auth/refresh", "POST /auth/logout": #"{"refresh_token":"\#(refresh)"}"#
            case "DELETE /auth/me": #"{"current_password":"correct horse"}"#
            case "POST /auth/change-password":
                #"{"current_password":"correct horse","new_password":"another good horse"}"#
            case "PATCH /auth/me": #"{"username":"jane"}"#
            case "DELETE /auth/sessions/{id}": nil
            case "POST /auth/change-email": #"{"email":"j@example.com","current_password":"correct horse"}"#
            case "POST /auth/reset-password/{token}": ""
            default: route.input == nil ? nil : example(of: route)
            }
        switch route.name {
        case "POST /auth/reset-password/{token}": return try await reset(at: gateway)
        case "POST /auth/verify-email/{token}": return try await confirm(at: gateway)
        case "POST /auth/restore-email/{token}": return try await restore(at: gateway)
        case "DELETE /auth/sessions/{id}":
            let list = try await gateway.send(.get, "/auth/sessions", token: access)
            let id = try JSONValue(strictly: Array(buffer: list.body)).array?.first?["id"]?.string
            return try await gateway.send(method, "/auth/sessions/\(#require(id))", token: access)
        case "DELETE /auth/keys/{id}":
            let made = try await gateway.send(.post, "/auth/keys", token: access, json: #"{"name":"ci"}"#)
            let id = try JSONValue(strictly: Array(buffer: made.body))["id"]?.string
            return try await gateway.send(method, "/auth/keys/\(#require(id))", token: access)
        default: return try await gateway.send(method, path, token: access, json: json)
        }
    }

    /// The same where an administrator asks, of somebody else's account.
    private func goodAnswerForAdministrator(
        of route: RouteDeclaration, at gateway: InMemoryGateway
    ) async throws -> TestResponse {
        let token = try await gateway.logInAsAdministrator()
        let body = { (name: String) in #"{"username":"\#(name)","email":"\#(name)@example.com"}"# }
        let made = try await gateway.send(.post, "/admin/users", token: token, json: body("jane"))
        let id = try #require(try JSONValue(strictly: Array(buffer: made.body))["id"]?.string)
        let path = route.path.description.replacing("{id}", with: id)
        return try await gateway.send(
            route.someMethod, path, token: token, json: route.input == nil ? nil : body("janet"))
    }

    /// Asks for a link and sets a password by it.
    private func reset(at gateway: InMemoryGateway, headers: HTTPFields = [:]) async throws -> TestResponse {
        _ = try await gateway.logIn()
        _ = try await gateway.send(.post, "/auth/forgot-password", json: #"{"email":"john@example.com"}"#)
        let link = try await gateway.mailedLinkToken()
        var headers = headers
        headers[.contentType] = "application/json"
        return try await gateway.send(
            .post, "/auth/reset-password/\(link)", headers: headers,
            body: ByteBuffer(string: #"{"new_password":"another good horse"}"#))
    }

    /// Confirms the address that somebody has registered with.
    private func confirm(at gateway: InMemoryGateway, headers: HTTPFields = [:]) async throws -> TestResponse {
        _ = try await gateway.logIn()
        let link = try await gateway.mailedLinkToken(for: "verify-email")
        return try await gateway.send(.post, "/auth/verify-email/\(link)", headers: headers, body: nil)
    }

    /// Changes a confirmed address, and takes it back.
    private func restore(at gateway: InMemoryGateway, headers: HTTPFields = [:]) async throws -> TestResponse {
        #expect(try await confirm(at: gateway).status == .ok)
        let change = #"{"email":"j@example.com","current_password":"correct horse"}"#
        let asked = try await gateway.send(.post, "/auth/change-email", token: try await gateway.logIn(), json: change)
        #expect(asked.status == .accepted)
        let link = try await gateway.mailedLinkToken(for: "verify-email")
        #expect(try await gateway.send(.post, "/auth/verify-email/\(link)").status == .ok)
        let way = try await gateway.mailedLinkToken(for: "restore-email")
        return try await gateway.send(.post, "/auth/restore-email/\(way)", headers: headers, body: nil)
    }

    private func example(of route: RouteDeclaration) -> String {
        String(decoding: route.input?.example.encoded() ?? [], as: UTF8.self)
    }

    private func form(of input: InputShape) -> String {
        input.fields.map { field in
            let value = field.content.example.string ?? "true"
            return "\(field.name)=\(value.replacing(" ", with: "+").replacing("@", with: "%40"))"
        }
        .joined(separator: "&")
    }
}
