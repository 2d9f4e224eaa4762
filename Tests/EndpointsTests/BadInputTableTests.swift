import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// Every bad input on every declared route, by the declarations alone: a new route is covered by being declared.
@Suite struct BadInputTableTests {
    @Test func `no bad input gets anything but a documented refusal, with a token and without`() async throws {
        let routes = try InMemoryGateway().routes
        for route in routes {
            let gateway = try InMemoryGateway()
            for bad in BadInput.all(for: route) {
                for isLoggedIn in [true, false] {
                    let token = isLoggedIn ? try await gateway.logIn(for: route) : nil
                    let answer = try await gateway.send(bad, to: route, token: token)
                    expectDocumented(answer, by: route, "\(route.name), \(bad.name), logged in: \(isLoggedIn)")
                    guard let expected = bad.code, isLoggedIn else { continue }
                    #expect(answer.code == expected, "\(route.name), \(bad.name)")
                }
            }
        }
    }

    @Test func `a browser that follows a mailed link sees a page, whatever is wrong`() async throws {
        for route in try InMemoryGateway().routes where route.refusalForm == .problemOrPage {
            let gateway = try InMemoryGateway()
            // Who asks for a page with a button may say whatever else they like.
            let documented = route.allRefusals.map(\.status) + (route.method == .get ? [.ok] : [])
            for bad in BadInput.all(for: route) {
                let answer = try await gateway.send(bad, to: route, token: nil, accepting: "text/html")
                #expect(documented.contains(answer.status), "\(route.name), \(bad.name)")
                #expect(answer.headers[.contentType] == "text/html; charset=utf-8", "\(route.name), \(bad.name)")
            }
        }
    }

    @Test(arguments: ["%00", "%", "%zz", "..", ".", "%2e%2e", "%2f", "\\", "%ff", "'\"<>", "a b"])
    func `no parameter of a path gets anything but a documented answer`(value: String) async throws {
        for route in try InMemoryGateway().routes where !route.path.parameters.isEmpty {
            let gateway = try InMemoryGateway()
            let token = try await gateway.logIn(for: route)
            let long = String(repeating: value, count: 1000)
            for value in [value, long] {
                let path = route.path.parameters.reduce(route.path.description) { path, name in
                    path.replacing("{\(name)}", with: value)
                }
                let answer = try await gateway.send(route.someMethod, path, token: token, json: "{}")
                expectDocumented(answer, by: route, "\(route.name), \(value.prefix(10))")
            }
        }
    }

    @Test func `no bad query gets anything but a documented refusal, and a good one with it is still bad`() async throws
    {
        for route in try InMemoryGateway().routes where !route.query.isEmpty {
            let gateway = try InMemoryGateway()
            let token = try await gateway.logIn(for: route)
            var bad = ["unknown=1", "%zz", "=", "%ff=1", "%00"].map {
                ($0, $0.contains("=") ? "invalid_input" : "malformed_request")
            }
            bad[3].1 = "malformed_request"
            for field in route.query {
                let long = String(repeating: "a", count: 600)
                bad += ["\(field.name)=%zz", "\(field.name)=%00", "\(field.name)=1&\(field.name)=1"].map {
                    ($0, "malformed_request")
                }
                bad.append(("\(field.name)=\(long)", "invalid_input"))
                if field.content.lengths?.lowerBound != 0 { bad.append(("\(field.name)=", "invalid_input")) }
                if field.content.kind == .wholeNumber {
                    bad += ["0", "201", "-1", "1.5", "x"].map { ("\(field.name)=\($0)", "invalid_input") }
                }
            }
            for (query, code) in bad {
                let answer = try await gateway.send(route.someMethod, "\(route.path)?\(query)", token: token)
                expectDocumented(answer, by: route, "\(route.name), \(query.prefix(40))")
                #expect(answer.code == code, "\(route.name), \(query.prefix(40))")
                let stranger = try await gateway.send(route.someMethod, "\(route.path)?\(query)")
                #expect(stranger.code == "invalid_token", "\(route.name), \(query.prefix(40))")
            }
        }
    }

    /// The answer is one that the route declares, and a refusal a problem document that names one of its codes.
    private func expectDocumented(_ answer: TestResponse, by route: RouteDeclaration, _ what: String) {
        guard !route.answers.contains(where: { $0.status == answer.status }) else {
            if route.refusalForm == .stated { #expect(answer.body.readableBytes == 0, "\(what)") }
            return
        }
        #expect(answer.status.kind == .clientError, "\(what): \(answer.status)")
        #expect(answer.headers[.contentType] == "application/problem+json", "\(what)")
        guard let problem = try? JSONValue(strictly: Array(buffer: answer.body)) else {
            Issue.record("\(what): the body is not JSON")
            return
        }
        #expect(OutputShape.problem.misfits(of: problem) == [], "\(what)")
        let kind = route.allRefusals.first { $0.code == problem["code"]?.string }
        #expect(kind?.status == answer.status, "\(what): \(problem["code"]?.string ?? "-") is not declared")
        #expect(problem["status"]?.integer == Int64(answer.status.code), "\(what)")
        #expect(problem["type"] == .string("https://auth.example.com/problems/\(kind?.code ?? "")"), "\(what)")
        #expect((problem["errors"] != nil) == (kind == .invalidInput), "\(what)")
        if answer.status == .unauthorized { #expect(answer.headers[.wwwAuthenticate] != nil, "\(what)") }
    }
}

extension InMemoryGateway {
    fileprivate func send(
        _ bad: BadInput, to route: RouteDeclaration, token: String?, accepting: String? = nil
    ) async throws -> TestResponse {
        var headers = bad.headers
        if let accepting { headers[.accept] = accepting }
        return try await send(
            route.someMethod, route.examplePath, headers: headers, token: token,
            body: bad.body.map { ByteBuffer(bytes: $0) })
    }
}

extension OutputShape {
    /// A problem document as the OpenAPI document has it.
    fileprivate static let problem = OutputShape.object(
        OutputObject(
            name: "Problem", summary: "",
            fields: [
                .init("type", .text(format: "uri"), ""), .init("title", .text(format: nil), ""),
                .init("status", .wholeNumber, ""), .init("detail", .text(format: nil), ""),
                .init("code", .text(format: nil), ""), .init("request_id", .text(format: nil), ""),
                .init("errors", .list(.object(error)), "", isAlways: false),
                .init("retry_after", .wholeNumber, "", isAlways: false),
            ]))

    private static let error = OutputObject(
        name: "InputProblem", summary: "",
        fields: [
            .init("pointer", .text(format: nil), ""), .init("code", .text(format: nil), ""),
            .init("detail", .text(format: nil), ""),
        ])
}
