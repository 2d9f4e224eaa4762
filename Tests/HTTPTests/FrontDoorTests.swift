import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@Suite struct FrontDoorTests {
    @Test func `an unknown path is a problem with the id of the request`() async throws {
        let answer = try await Doors().answer(.get, "/nothing?secret=1")
        #expect(answer.status == .notFound)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.headers[.cacheControl] == "no-store")
        let id = try #require(answer.headers[.requestID])
        #expect(
            answer.text == """
                {"type":"https://auth.example.com/problems/not_found","title":"Not found","status":404,\
                "detail":"There is nothing under this path.","code":"not_found","request_id":"\(id)"}
                """)
    }

    @Test func `a known path under another method says which methods it takes`() async throws {
        let answer = try await Doors().answer(.post, "/things/1")
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers[.allow] == "DELETE, GET, HEAD")
        #expect(try answer.member("code") == "method_not_allowed")
    }

    @Test func `the most specific route answers`() async throws {
        #expect(try await Doors().answer(.get, "/things/newest").text == "newest")
        #expect(try await Doors().answer(.get, "/things/1?a=b").text == "1")
        #expect(try await Doors().answer(.delete, "/things/newest").status == .methodNotAllowed)
    }

    @Test(arguments: [
        "//things/1", "/things//1", "/things/1/", "/things/", "/things", "/./things/1", "/thing%73/1", "/", "",
    ])
    func `a path that is not spelled as declared is not found`(path: String) async throws {
        let status = try await Doors().answer(.get, path).status
        #expect(status == .notFound || (path.isEmpty && status == .badRequest))
    }

    @Test func `HEAD is answered as GET without its body`() async throws {
        let answer = try await Doors().answer(.head, "/things/newest")
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentLength] == "6")
        #expect(answer.body.readableBytes == 0)
        #expect(try await Doors().answer(.head, "/nothing").body.readableBytes == 0)
    }

    @Test(arguments: ["GET", "HEAD", "POST", "OPTIONS", "PROPFIND", "BREW"])
    func `a route of any method gets each`(name: String) async throws {
        let method = try #require(HTTPRequest.Method(name))
        let answer = try await Doors().answer(method, "/verify")
        #expect(answer.status == .ok)
        if method != .head { #expect(answer.text == "\(name) \(name)") }
    }

    @Test(arguments: ["", "a", "a//b", "../a?b=c", "a/%2e%2e/b"])
    func `a route of any path gets it as it was sent`(rest: String) async throws {
        let answer = try await Doors().answer(.patch, "/verify/envoy/" + rest)
        #expect(answer.text == "/verify/envoy/" + rest)
        #expect(try await Doors().answer(.get, "/verify/envoy").status == .notFound)
    }

    @Test func `each stage sees an ordinary answer, for refusals and faults too`() async throws {
        let seen = Witness()
        var doors = Doors()
        doors.pipeline = [PipelineStage("witness", .observes, seen)]
        doors.endpoints.append(Doors.fault { StorageError.broken(cause: CancellationError()) })
        for (method, path) in [
            (HTTPRequest.Method.get, "/nothing"), (.post, "/things/1"), (.get, "/fault"), (.post, "/names"),
        ] {
            _ = try await doors.answer(method, path)
        }
        #expect(seen.lines.withLock(\.self) == ["- 404", "/things/{id} 405", "/fault 500", "/names 400"])
    }

    @Test func `what a stage throws is a problem too`() async throws {
        var doors = Doors()
        doors.pipeline = [PipelineStage("thrower", .decides, Thrower())]
        let answer = try await doors.answer(.get, "/things/1")
        #expect(answer.status == .contentTooLarge)
        #expect(try answer.member("code") == "body_too_large")
    }

    @Test func `stages stand in the order of the list, outermost first`() async throws {
        var doors = Doors()
        doors.pipeline = ["a", "b"].map { PipelineStage($0, .observes, Trail(name: $0)) }
        #expect(try await doors.answer(.get, "/nothing").headers[.via] == "b, a")
    }
}

/// Notes what comes back to it.
private final class Witness: RouterMiddleware {
    let lines = Mutex<[String]>([])

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        let answer = try await next(request, context)
        lines.withLock { $0.append("\(context.route.pattern) \(answer.status.code)") }
        return answer
    }
}

/// Throws as Hummingbird's own middleware does.
private struct Thrower: RouterMiddleware {
    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        throw HTTPError(.contentTooLarge, message: "secret")
    }
}

/// Writes its name on what comes back.
private struct Trail: RouterMiddleware {
    let name: String

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        var answer = try await next(request, context)
        answer.headers.append(HTTPField(name: .via, value: name))
        return answer
    }
}
