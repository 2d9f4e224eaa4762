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

    @Test func `a missing token is challenged without an error, a bad one with it`() {
        #expect(Problem.missingToken.headers[.wwwAuthenticate] == #"Bearer realm="auth-gateway""#)
        #expect(
            Problem.invalidToken.headers[.wwwAuthenticate] == #"Bearer realm="auth-gateway", error="invalid_token""#)
        #expect(Problem.missingToken.kind == Problem.invalidToken.kind)
    }

    @Test func `each documented code has one kind`() {
        #expect(Set(ProblemKind.all.map(\.code)).count == ProblemKind.all.count)
    }

    @Test func `a field's name is escaped in its pointer`() {
        #expect(InputProblem("a/b~c", InputRefusal("x", "y")).pointer == "/a~1b~0c")
    }
}
