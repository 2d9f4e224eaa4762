import Foundation
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@Suite struct ProblemTests {
    /// An error, the code and status it is answered with, and the level it is logged at.
    struct Reaction: Sendable, CustomTestStringConvertible {
        let error: @Sendable () -> any Error
        let code: String
        let status: Int
        let level: String?

        var testDescription: String { "\(error())" }
    }

    struct Cause: Error, CustomStringConvertible {
        let description = "the cause's own words"
    }

    @Test(arguments: [
        Reaction(error: { Problem.invalidCredentials }, code: "invalid_credentials", status: 401, level: nil),
        Reaction(
            error: { StorageError.unavailable(cause: Cause()) }, code: "unavailable", status: 503, level: "warning"),
        Reaction(
            error: { StorageError.outcomeUnknown(cause: Cause()) }, code: "unavailable", status: 503, level: "error"),
        Reaction(
            error: { StorageError.broken(cause: Cause()) }, code: "internal_error", status: 500, level: "error"),
        Reaction(
            error: { PasswordHasherError.busy(retryAfter: .milliseconds(1500)) }, code: "busy", status: 503,
            level: nil),
        Reaction(
            error: { PasswordHasherError.broken(cause: Cause()) }, code: "internal_error", status: 500, level: "error"),
        Reaction(error: { TokenIssuerError.noKey }, code: "unavailable", status: 503, level: "warning"),
        Reaction(
            error: { RateLimiterError.unavailable(cause: Cause()) }, code: "unavailable", status: 503, level: "warning"),
        Reaction(
            error: { RateLimiterError.unavailable(cause: CancellationError()) }, code: "unavailable", status: 503,
            level: nil),
        Reaction(error: { HTTPError(.contentTooLarge) }, code: "body_too_large", status: 413, level: nil),
        Reaction(error: { HTTPError(.conflict) }, code: "malformed_request", status: 400, level: nil),
        Reaction(error: { HTTPError(.badGateway) }, code: "internal_error", status: 500, level: "error"),
        Reaction(error: { CancellationError() }, code: "unavailable", status: 503, level: nil),
        Reaction(error: { Cause() }, code: "internal_error", status: 500, level: "error"),
    ]) func `each error has one answer, and is logged once where an operator must know`(reaction: Reaction) async throws
    {
        var doors = Doors()
        doors.endpoints.append(Doors.fault(reaction.error))
        let answer = try await doors.answer(.get, "/fault")
        #expect(answer.status.code == reaction.status)
        #expect(try answer.member("code") == .string(reaction.code))
        #expect(!answer.text.contains("the cause's own words"))
        #expect(doors.log.lines.map(\.level.rawValue) == (reaction.level.map { [$0] } ?? []))
        #expect(doors.log.lines.allSatisfy { $0.metadata["request_id"] == answer.headers[.requestID] })
    }

    @Test func `waiting is stated in whole seconds, in the header and the body`() async throws {
        var doors = Doors()
        doors.endpoints.append(Doors.fault { PasswordHasherError.busy(retryAfter: .milliseconds(1500)) })
        let answer = try await doors.answer(.get, "/fault")
        #expect(answer.headers[.retryAfter] == "2")
        #expect(try answer.member("retry_after") == 2)
    }

    @Test func `a reason is for the log alone`() async throws {
        var doors = Doors()
        doors.endpoints.append(Doors.fault { Problem.invalidToken.because("wrong signature") })
        let answer = try await doors.answer(.get, "/fault")
        #expect(!answer.text.contains("signature"))
        #expect(doors.log.lines.map(\.level) == [.debug])
        #expect(doors.log.lines.map { $0.metadata["reason"] } == ["wrong signature"])
        #expect(doors.log.lines.map { $0.metadata["request_id"] } == [answer.headers[.requestID]])
    }

    @Test func `a missing token is challenged without an error, a bad one with it`() {
        #expect(Problem.missingToken.headers[.wwwAuthenticate] == #"Bearer realm="auth-gateway""#)
        #expect(
            Problem.invalidToken.headers[.wwwAuthenticate] == #"Bearer realm="auth-gateway", error="invalid_token""#)
        #expect(Problem.missingToken.kind == Problem.invalidToken.kind)
    }

    /// Rows of `docs/api.md` such as: | `not_found`, `method_not_allowed` | 404, 405 | … |
    @Test func `each code has its documented status, and is documented`() throws {
        let path = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/docs/api.md"
        let document = try String(contentsOfFile: path, encoding: .utf8)
        let rows = document.split(separator: "\n").compactMap {
            $0.wholeMatch(of: #/\| (`[a-z_`, ]+) \| ([0-9, ]+) \|.*/#)
        }
        var documented: [String: Int] = [:]
        for row in rows {
            let codes = row.1.split(separator: ", ").map { $0.filter { $0 != "`" } }
            let statuses = row.2.split(separator: ", ").compactMap { Int($0) }
            for (index, code) in codes.enumerated() {
                documented[code] = statuses.count == 1 ? statuses[0] : statuses[index]
            }
        }
        let kinds = ProblemKind.all.map { ($0.code, $0.status.code) }
        #expect(documented == Dictionary(uniqueKeysWithValues: kinds))
    }

    @Test func `a route may answer refusals in its own way, whoever refuses`() async throws {
        var doors = Doors()
        doors.endpoints.append(
            Endpoint(
                Route(
                    nil, "/bare", "Answers without bodies.", answers: [],
                    rendering: { problem, _ in Response(status: .init(code: problem.kind.status.code + 100)) })
            ) { _, _, _ -> Response in throw Problem.forbidden })
        let refused = try await doors.answer(.get, "/bare")
        #expect(refused.status.code == 503)
        #expect(refused.body.readableBytes == 0)
        #expect(refused.headers[.requestID] != nil)
        let hostless = try await withListener(doors) { address in
            try await address.exchange("GET /bare HTTP/1.1\r\nConnection: close\r\n\r\n")
        }
        #expect(hostless.hasPrefix("HTTP/1.1 500 "))
        #expect(hostless.hasSuffix("\r\n\r\n"))
    }

    @Test func `a field's name is escaped in its pointer`() {
        #expect(InputProblem("a/b~c", InputRefusal("x", "y")).pointer == "/a~1b~0c")
    }
}
