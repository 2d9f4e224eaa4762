/// Who may pass, and why: what the file's `access` section says, over a request and what its credential is worth. The
/// one place where that is decided.
public struct AccessPolicy: Sendable {
    /// The rules of the file.
    public let rules: AccessRules
    /// Who may pass where none of them matches.
    public let standard: Allowance

    /// States both.
    public init(rules: AccessRules, standard: Allowance) {
        self.rules = rules
        self.standard = standard
    }

    /// Judges a request.
    public func judge(_ request: AccessRequest, _ verdict: CredentialVerdict) -> AccessJudgement {
        let number = rules.first(for: request, path: request.url.path.bytes)
        let rule = number.map { rules.rules[$0] }
        // Which of the two the application reads is not known here.
        if let other = request.url.path.withoutParameters, rules.first(for: request, path: other) != number {
            return AccessJudgement(.refused(.ambiguousPath), by: rule)
        }
        return AccessJudgement(Self.decide(rule?.allowed ?? standard, verdict, request), by: rule)
    }

    private static func decide(
        _ allowed: Allowance, _ verdict: CredentialVerdict, _ request: AccessRequest
    ) -> AccessDecision {
        switch verdict {
        case .cannotDecide: return .undecided
        case .none where allowed == .anyone, .bad where allowed == .anyone, .heldBack where allowed == .anyone:
            return .passed(nil)
        case .none where allowed == .nobody, .bad where allowed == .nobody, .heldBack where allowed == .nobody:
            return .refused(.rule)
        case .heldBack(let duration): return .heldBack(for: duration)
        case .none: return .unknown(reason: nil)
        case .bad(let reason): return .unknown(reason: reason)
        case .valid(let principal) where !principal.isMeant(for: request.url.path):
            return allowed == .anyone ? .passed(nil) : .refused(.scope)
        case .valid(let principal): return allowed.admits(principal) ? .passed(principal) : .refused(.rule)
        }
    }
}

extension Principal {
    /// Whether the credential is for that path, with its parameters and without.
    fileprivate func isMeant(for path: CanonicalPath) -> Bool {
        guard let pathScope else { return true }
        return ([path.bytes] + [path.withoutParameters].compactMap(\.self)).allSatisfy { path in
            pathScope.contains { $0.matches(path) }
        }
    }
}

/// What was decided, and which rule did.
public struct AccessJudgement: Hashable, Sendable {
    /// What was decided.
    public let decision: AccessDecision
    /// The rule that matched; nil where the default decides.
    public let rule: AccessRule?

    init(_ decision: AccessDecision, by rule: AccessRule?) {
        self.decision = decision
        self.rule = rule
    }
}

/// What becomes of a request that a proxy has asked about.
public enum AccessDecision: Hashable, Sendable {
    /// Why a request is refused whatever its credential is worth, or though it is valid.
    public enum Refusal: String, Hashable, Sendable {
        /// The rule, or the default, does not allow it.
        case rule = "the rule does not allow it"
        /// The API key is for other paths.
        case scope = "the API key is for other paths"
        /// Rules would read the path in two ways, with its parameters and without.
        case ambiguousPath = "the rules differ about the path with and without its parameters"
    }

    /// It may pass, as somebody or as nobody.
    case passed(Principal?)
    /// It needs a valid credential: it has none, or one that is bad for this reason.
    case unknown(reason: String?)
    /// It may not pass.
    case refused(Refusal)
    /// Nobody can tell now.
    case undecided
    /// Whoever asks has to wait.
    case heldBack(for: Duration)
}
