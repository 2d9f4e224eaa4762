public import HTTPTypes

extension Problem {
    /// 400: the request cannot be read; the sentence says where.
    public static func malformedRequest(_ detail: String) -> Self { Self(.malformedRequest, detail) }

    /// 408.
    public static let requestTimeout = Self(.requestTimeout, "The request did not arrive in time.")

    /// 413: the body is longer than the limit in bytes.
    public static func bodyTooLarge(limit: Int) -> Self {
        Self(.bodyTooLarge, "The body must have at most \(limit) bytes.")
    }

    /// 415: the body's type is none of these.
    public static func unsupportedMediaType(accepted: [BodyFormat]) -> Self {
        let types = accepted.map(\.rawValue).joined(separator: " or ")
        return Self(.unsupportedMediaType, "The body must be \(types), in UTF-8 and without a content encoding.")
    }

    /// 431.
    public static let headerTooLarge = Self(.headerTooLarge, "The header section is too long.")

    /// 422: these fields cannot be taken.
    public static func invalidInput(_ errors: [InputProblem]) -> Self {
        var problem = Self(.invalidInput, "Some fields cannot be taken; 'errors' names each of them.")
        problem.errors = errors
        return problem
    }

    /// 401: unknown user, wrong password and disabled account are this one answer.
    public static let invalidCredentials = challenge(
        .invalidCredentials, "The user name or the password is wrong.", bearer: "")

    /// 403.
    public static let emailUnverified = Self(
        .emailUnverified, "The e-mail address is not confirmed yet; follow the link that was mailed to it.")

    /// 401: no access token was sent, so the challenge names no error (RFC 6750, section 3.1).
    public static let missingToken = challenge(.invalidToken, "An access token is needed.", bearer: "")

    /// 401: the access token is bad, expired or revoked.
    public static let invalidToken = challenge(
        .invalidToken, "The access token is not valid; log in or refresh it.", bearer: ", error=\"invalid_token\"")

    /// 401.
    public static let invalidRefreshToken = challenge(
        .invalidRefreshToken, "The refresh token is not valid; log in again.", bearer: "")

    /// 400: unknown, used and expired links are this one answer.
    public static let invalidLink = Self(.invalidLink, "The link is not valid, has been used or has expired.")

    /// 409.
    public static let usernameTaken = Self(.usernameTaken, "This user name is taken.")

    /// 409.
    public static let emailTaken = Self(.emailTaken, "This e-mail address is taken.")

    /// 409: there may be so many API keys.
    public static func tooManyKeys(limit: Int) -> Self {
        Self(.tooManyKeys, "This account has \(limit) API keys, which is as many as it may have; revoke one first.")
    }

    /// 409: what was asked for would be in vain.
    public static let accountDisabled = Self(.accountDisabled, "This account is disabled; enable it first.")

    /// 412: somebody has changed it since.
    public static let preconditionFailed = Self(
        .preconditionFailed, "This has changed since you have read it; read it again.")

    /// 403.
    public static let registrationClosed = Self(.registrationClosed, "Registration is closed.")

    /// 403.
    public static let forbidden = Self(.forbidden, "You may not do this.")

    /// 404.
    public static let notFound = Self(.notFound, "There is nothing under this path.")

    /// 405: the path knows these methods.
    public static func methodNotAllowed(allowed: [HTTPRequest.Method]) -> Self {
        let methods = allowed.map(\.rawValue).joined(separator: ", ")
        var problem = Self(.methodNotAllowed, "This path takes \(methods).")
        problem.headers[.allow] = methods
        return problem
    }

    /// 429: a limit is used up.
    public static func tooManyRequests(retryAfter: Duration) -> Self {
        waiting(.tooManyRequests, "There were too many requests; try again later.", retryAfter)
    }

    /// 503: too much is waiting already.
    public static func busy(retryAfter: Duration) -> Self {
        waiting(.busy, "The gateway is busy; try again later.", retryAfter)
    }

    /// 503: the store is out of reach.
    public static let unavailable = Self(.unavailable, "The gateway cannot answer this now; try again later.")

    /// 500: a stranger learns the request id and no more.
    public static let internalError = Self(
        .internalError, "Something went wrong in the gateway; its log says more under the request id.")

    private static func waiting(_ kind: ProblemKind, _ detail: String, _ retryAfter: Duration) -> Self {
        var problem = Self(kind, detail)
        problem.retryAfter = retryAfter
        return problem
    }

    /// Every 401 names a scheme (RFC 9110, section 15.5.2).
    private static func challenge(_ kind: ProblemKind, _ detail: String, bearer parameters: String) -> Self {
        var problem = Self(kind, detail)
        problem.headers[.wwwAuthenticate] = "Bearer realm=\"auth-gateway\"" + parameters
        return problem
    }
}
