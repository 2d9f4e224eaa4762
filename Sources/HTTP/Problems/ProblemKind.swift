public import HTTPTypes

/// A kind of refusal as the outside knows it: a stable code with its status and a short title.
public struct ProblemKind: Hashable, Sendable {
    /// The stable word, such as `invalid_credentials`.
    public let code: String
    /// The status that it is answered with.
    public let status: HTTPResponse.Status
    /// The kind in a few words, the same each time.
    public let title: String

    /// States a kind; a module author's code carries a vendor and a dot (`acme.too_cold`).
    public init(_ code: String, _ status: HTTPResponse.Status, _ title: String) {
        self.code = code
        self.status = status
        self.title = title
    }
}

extension ProblemKind {
    /// Not JSON or a form, a missing or doubled Host, or bad framing.
    public static let malformedRequest = Self("malformed_request", .badRequest, "Malformed request")
    /// The request did not arrive in time.
    public static let requestTimeout = Self("request_timeout", .requestTimeout, "Request timeout")
    /// The body is longer than this gateway or this route takes.
    public static let bodyTooLarge = Self("body_too_large", .contentTooLarge, "Body too large")
    /// The body's type or encoding is not one that the route takes.
    public static let unsupportedMediaType = Self(
        "unsupported_media_type", .unsupportedMediaType, "Unsupported media type")
    /// The header section is too long.
    public static let headerTooLarge = Self(
        "header_too_large", .requestHeaderFieldsTooLarge, "Header too large")
    /// Fields of the input cannot be taken.
    public static let invalidInput = Self("invalid_input", .unprocessableContent, "Invalid input")
    /// Unknown user, wrong password or disabled account, all alike.
    public static let invalidCredentials = Self("invalid_credentials", .unauthorized, "Invalid credentials")
    /// The password is right, and the address is yet to be confirmed.
    public static let emailUnverified = Self("email_unverified", .forbidden, "E-mail address not confirmed")
    /// The access token is missing, bad, expired or revoked.
    public static let invalidToken = Self("invalid_token", .unauthorized, "Invalid access token")
    /// The refresh token is unknown, used, expired or revoked.
    public static let invalidRefreshToken = Self(
        "invalid_refresh_token", .unauthorized, "Invalid refresh token")
    /// The link is unknown, used or expired.
    public static let invalidLink = Self("invalid_link", .badRequest, "Invalid link")
    /// Another account has or had this name.
    public static let usernameTaken = Self("username_taken", .conflict, "User name taken")
    /// Another account has this address.
    public static let emailTaken = Self("email_taken", .conflict, "E-mail address taken")
    /// The account has as many API keys as it may have.
    public static let tooManyKeys = Self("too_many_keys", .conflict, "Too many API keys")
    /// An account that an administrator wants to help is disabled.
    public static let accountDisabled = Self("account_disabled", .conflict, "Account disabled")
    /// What is to be changed is not in the state that `If-Match` names.
    public static let preconditionFailed = Self("precondition_failed", .preconditionFailed, "Precondition failed")
    /// This deployment lets nobody register.
    public static let registrationClosed = Self("registration_closed", .forbidden, "Registration closed")
    /// A valid credential that may not do this.
    public static let forbidden = Self("forbidden", .forbidden, "Forbidden")
    /// There is nothing under this path.
    public static let notFound = Self("not_found", .notFound, "Not found")
    /// The path knows other methods.
    public static let methodNotAllowed = Self("method_not_allowed", .methodNotAllowed, "Method not allowed")
    /// A limit is used up.
    public static let tooManyRequests = Self("too_many_requests", .tooManyRequests, "Too many requests")
    /// The hashing queue or the connection limit is full.
    public static let busy = Self("busy", .serviceUnavailable, "Busy")
    /// The store is out of reach.
    public static let unavailable = Self("unavailable", .serviceUnavailable, "Unavailable")
    /// A fault of the gateway.
    public static let internalError = Self("internal_error", .internalServerError, "Internal error")

    /// All kinds of this package, in the order of the documentation.
    public static let all: [Self] = [
        malformedRequest, requestTimeout, bodyTooLarge, unsupportedMediaType, headerTooLarge, invalidInput,
        invalidCredentials, emailUnverified, invalidToken, invalidRefreshToken, invalidLink, usernameTaken, emailTaken,
        tooManyKeys, accountDisabled, preconditionFailed, registrationClosed, forbidden, notFound, methodNotAllowed,
        tooManyRequests, busy, unavailable, internalError,
    ]
}
