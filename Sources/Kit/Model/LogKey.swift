/// The names of log metadata, so that one fact has one name in every line.
public enum LogKey {
    /// The request that the line is about; the answer carries it as `X-Request-ID`.
    public static let requestID = "request_id"
    /// The client's address.
    public static let client = "client"
    /// The request's method.
    public static let method = "method"
    /// The route's pattern, never the path itself.
    public static let route = "route"
    /// The answer's status code.
    public static let status = "status"
    /// How long something took, in milliseconds.
    public static let milliseconds = "ms"
    /// How many bytes the answer's body has.
    public static let bytes = "bytes"
    /// What went wrong, in words for an operator.
    public static let error = "error"
    /// Why something was refused, in words for an operator.
    public static let reason = "reason"
    /// A listener's address.
    public static let address = "address"
    /// The address of the operations listener, beside that of the public one.
    public static let operations = "operations"
    /// The module that logs.
    public static let module = "module"
    /// How long credentials are answered without news of the revocation log, in seconds.
    public static let staleAfterSeconds = "stale_after_seconds"
    /// When a refused client is told to come again, in seconds.
    public static let retryAfterSeconds = "retry_after_seconds"
    /// Where something stands in the configuration file.
    public static let place = "place"
    /// The configuration file, as the operator names it.
    public static let file = "file"
    /// The way to a setting.
    public static let setting = "setting"
    /// Where the access rule stands that has decided, by file and line.
    public static let rule = "rule"
    /// A metric's name.
    public static let metric = "metric"
    /// A mail's id in the outbox.
    public static let mail = "mail"
    /// A signing key's id, which tokens state as `kid`.
    public static let key = "key"
    /// Another issuer whose tokens are taken, as the file names it.
    public static let issuer = "issuer"
    /// Which try this was, counted from 1.
    public static let attempt = "attempt"
    /// A limit that something has met.
    public static let limit = "limit"
    /// How many connections there may be.
    public static let connections = "connections"
    /// How many were refused.
    public static let refused = "refused"
}
