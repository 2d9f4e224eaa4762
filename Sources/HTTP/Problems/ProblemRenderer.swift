import GatewayKit
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The one place that turns errors into answers. It tells strangers nothing but a kind and a request id, and logs what
/// an operator must know, once.
struct ProblemRenderer: Sendable {
    let publicURL: PublicURL
    let pace: WarningPace

    /// The answer to whatever was thrown: the route's own, or problem+json.
    func response(to error: any Error, to request: Request, in exchange: Exchange) -> Response {
        let problem = problem(for: error, exchange.logger)
        if let reason = problem.reason {
            exchange.logger.debug("a request was refused", metadata: [LogKey.reason: "\(reason)"])
        }
        return exchange.route.rendering(of: problem, to: request) ?? response(stating: problem, in: exchange)
    }

    /// Whether the connection itself has failed, so that there is nobody to answer.
    static func isOfConnection(_ error: any Error) -> Bool { error is IOError || error is ChannelError }

    private func response(stating problem: Problem, in exchange: Exchange) -> Response {
        let body = ResponseBody(byteBuffer: body(stating: problem, requestID: exchange.requestID))
        return Response(status: problem.kind.status, headers: headers(stating: problem), body: body)
    }

    /// The header fields that every answer with a problem has.
    func headers(stating problem: Problem) -> HTTPFields {
        var headers = problem.headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return headers
    }

    /// The problem as RFC 9457 writes it.
    func body(stating problem: Problem, requestID: String) -> ByteBuffer {
        ByteBuffer(bytes: json(problem, requestID: requestID).encoded())
    }

    private func json(_ problem: Problem, requestID: String) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string("\(publicURL)/problems/\(problem.kind.code)")),
            .init("title", .string(problem.kind.title)),
            .init("status", .number(String(problem.kind.status.code))),
            .init("detail", .string(problem.detail)),
            .init("code", .string(problem.kind.code)),
            .init("request_id", .string(requestID)),
        ]
        if !problem.errors.isEmpty {
            let errors = problem.errors.map { error -> JSONValue in
                ["pointer": .string(error.pointer), "code": .string(error.code), "detail": .string(error.detail)]
            }
            members.append(.init("errors", .array(errors)))
        }
        if let seconds = problem.retryAfterSeconds {
            members.append(.init("retry_after", .number(String(seconds))))
        }
        return .object(members)
    }

    private func problem(for error: any Error, _ logger: Logger) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as StorageError: return problem(for: error, logger)
        case let error as PasswordHasherError:
            if case .busy(let retryAfter) = error { return .busy(retryAfter: retryAfter) }
        case let error as TokenIssuerError:
            if case .noKey = error {
                logger.log(
                    level: pace.level(of: "key"),
                    "there is no key to sign with: tokens are answered 503 until one can be read")
                return .unavailable
            }
        case let error as RateLimiterError:
            if case .unavailable(let cause) = error {
                if cause is CancellationError { return .unavailable }  // The client has gone.
                logger.log(
                    level: pace.level(of: "limits"),
                    "the counts of a limit are out of reach: what it limits is answered 503",
                    metadata: [LogKey.error: "\(error)"])
                return .unavailable
            }
        case let error as any HTTPResponseError:
            if let problem = problem(for: error) { return problem }
        case is NIOTooManyBytesError: return Problem(.bodyTooLarge, "The body is too long.")
        case is DecodingError: return .malformedRequest("The body cannot be read.")
        case is CancellationError, is ChannelError, is IOError: return .unavailable
        default: break
        }
        logger.error("a request has failed by a fault of the gateway", metadata: [LogKey.error: "\(error)"])
        return .internalError
    }

    private func problem(for error: StorageError, _ logger: Logger) -> Problem {
        switch error {
        case .unavailable(let cause) where cause is CancellationError:
            return .unavailable  // The client has gone, and the store is where it was.
        case .unavailable:
            logger.log(
                level: pace.level(of: "store"), "the store is out of reach: what needs it is answered 503",
                metadata: [LogKey.error: "\(error)"])
            return .unavailable
        case .outcomeUnknown:
            logger.error(
                "nobody can tell whether a change was stored: look at the store, then at the audit trail",
                metadata: [LogKey.error: "\(error)"])
            return .unavailable
        case .broken:
            logger.error(
                "the store or its use is broken: keep a copy of it, and report this",
                metadata: [LogKey.error: "\(error)"])
            return .internalError
        }
    }

    /// What Hummingbird and its middleware throw, by status; nil for a fault of theirs, which is logged as one.
    private func problem(for error: any HTTPResponseError) -> Problem? {
        let status = error.status
        switch status.code {
        case 401: return .missingToken
        case 403: return .forbidden
        case 404: return .notFound
        case 408: return .requestTimeout
        case 413: return Problem(.bodyTooLarge, "The body is too long.")
        case 415: return Problem(.unsupportedMediaType, "The body's type is not one that this path takes.")
        case 429: return .tooManyRequests(retryAfter: .seconds(1))
        case 431: return .headerTooLarge
        case 400..<500: return .malformedRequest("The request cannot be taken.")
        case 503: return .unavailable
        default: return nil
        }
    }
}
