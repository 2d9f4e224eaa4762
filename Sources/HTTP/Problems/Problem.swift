public import GatewayKit
public import HTTPTypes

/// A refusal of one request, thrown by endpoints and middleware and answered as `application/problem+json` (RFC 9457).
///
/// The kinds stand in `ProblemKind.swift`, the refusals of this package in `Problem+Catalogue.swift`; `ProblemRenderer`
/// makes the answer.
public struct Problem: Error, Hashable, Sendable {
    /// What kind of refusal it is.
    public let kind: ProblemKind
    /// A sentence for a person, which never holds a secret.
    public let detail: String
    /// Every field of the input at fault.
    public var errors: [InputProblem] = []
    /// When it is worth another try; answered as `Retry-After` and `retry_after`.
    public var retryAfter: Duration?
    /// ``retryAfter`` as answers state it: whole seconds, at least one.
    public var retryAfterSeconds: Int64? { retryAfter.map { max(1, $0.wholeSecondsRoundedUp) } }
    /// Further header fields of the answer.
    public var headers: HTTPFields = [:]

    /// Why, in words for an operator: logged at debug, and never answered.
    public var reason: String?

    /// States a kind and a sentence; the rest is set where it is needed.
    public init(_ kind: ProblemKind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// The same refusal with a reason for the log.
    public func because(_ reason: String) -> Problem {
        var problem = self
        problem.reason = reason
        return problem
    }
}

/// A field of the input at fault.
public struct InputProblem: Hashable, Sendable {
    /// Where the field is in the body or the query, as a JSON Pointer (RFC 6901), such as `/password`.
    public let pointer: String
    /// The stable word, such as `too_short`.
    public let code: String
    /// A sentence for a person, which never repeats the value.
    public let detail: String

    /// States a field by its name in the body and what is wrong with it.
    public init(_ field: String, _ refusal: InputRefusal) {
        var escaped = ""
        for character in field {
            escaped += character == "~" ? "~0" : character == "/" ? "~1" : String(character)
        }
        pointer = "/" + escaped
        code = refusal.code
        detail = refusal.detail
    }
}
