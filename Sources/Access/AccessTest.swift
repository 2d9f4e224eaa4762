public import GatewayKit

/// One entry of `access.tests`: what the rules are meant to come to for a request.
public struct AccessTest: Sendable {
    /// What a test can expect.
    public enum Outcome: String, CaseIterable, Sendable {
        /// The request passes.
        case allowed
        /// It needs a valid credential.
        case login
        /// It is refused whatever its credential.
        case refused
    }

    /// The URL that is asked for, and the request that it makes.
    public let request: AccessRequest
    /// Who asks.
    public let verdict: CredentialVerdict
    /// What is expected.
    public let expected: Outcome
    /// Where it stands in the file.
    public var position: ConfigPosition

    /// How an entry is read; it remembers where it stands.
    static let settings =
        Settings<AccessTest>.object(
            "A request, and what the rules are meant to come to.",
            Field("url", .askedURL, required: "The URL that is asked for."),
            Field("method", .method, default: "GET", "The method."),
            Field("from", optional: .address, "The client's address; none is in no network."),
            Field("as", .person, default: "nobody", "Who asks: nobody, or a user and groups."),
            Field("expect", Settings<Outcome>.choice, required: "What it is to come to: allowed, login or refused.")
        ) { url, method, client, verdict, expected in
            AccessTest(
                request: AccessRequest(method: method, url: url, clientAddress: client), verdict: verdict,
                expected: expected, position: .none)
        }
        .keepingPosition(in: \.position)

    /// What the rules come to, where that is something else, with the rule that decides.
    public func failure(of policy: AccessPolicy) -> (outcome: Outcome, rule: AccessRule?)? {
        let judgement = policy.judge(request, verdict)
        let outcome: Outcome =
            switch judgement.decision {
            case .passed: .allowed
            case .unknown: .login
            case .refused, .undecided, .heldBack: .refused
            }
        return outcome == expected ? nil : (outcome, judgement.rule)
    }
}

extension Principal {
    /// Somebody of that name and in these groups, of whom nothing else is known: for trying rules out.
    public convenience init(trying username: String, groups: [String]) {
        self.init(
            AccessClaims(
                accountID: AccountID("-"), sessionID: SessionID("-"), version: 0, issuedAt: Timestamp(milliseconds: 0),
                expiresAt: Timestamp(milliseconds: .max), tokenID: "-", username: username, email: nil, groups: groups))
    }
}

extension Settings where Value == CanonicalURL {
    fileprivate static var askedURL: Self {
        Settings<String>.text(noun: "a URL such as https://app.example.com/page", pattern: "^https?://[^/]+/")
            .compactMap { text throws(InputRefusal) in
                do throws(URLRefusal) {
                    return try CanonicalURL(absolute: text.utf8.span)
                } catch {
                    throw InputRefusal("invalid_url", "is refused before any rule: \(error.reason)")
                }
            }
    }
}

extension Settings where Value == IPAddress {
    fileprivate static var address: Self {
        .parsed(ScalarShape(.string(pattern: "^[0-9A-Fa-f:.]+$"), noun: "an address such as 192.0.2.1")) {
            IPAddress($0)
        }
    }
}

extension Settings where Value == CredentialVerdict {
    fileprivate static var person: Self {
        .either(
            Settings<String>.words(["nobody"]).map { _ in .none },
            Settings<CredentialVerdict>.object(
                "Somebody who has a valid credential.",
                Field("user", .string, required: "The user's name."),
                Field("groups", .list(of: .groupName), default: [], "The user's groups.")
            ) { .valid(Principal(trying: $0, groups: $1)) })
    }
}
