public import GatewayKit
import Synchronization

/// Issues tokens that are numbers, and knows them again: no keys, no signatures, and a count of the checks. A number
/// that it has not issued has a wrong signature.
public final class FakeTokenIssuer: TokenIssuer {
    /// The tokens that issuers of one deployment know: what keys are to real ones.
    public final class Book: Sendable {
        fileprivate let issued = Mutex<[String: AccessClaims]>([:])

        /// Begins an empty one.
        public init() {}
    }

    /// What its tokens name as the key that signed them.
    public static let keyID = "fake-key"

    private struct State {
        var checks = 0
        var hasKey = true
    }

    public let lifetimes: TokenLifetimes
    private let time: any TimeSource
    private let book: Book
    private let state = Mutex(State())

    /// Takes a clock for the tokens' ends, lifetimes, by default those of an empty configuration, and the book that it
    /// shares with others, by default none.
    public init(
        time: any TimeSource,
        lifetimes: TokenLifetimes = TokenLifetimes(
            access: .seconds(600), refresh: .seconds(30 * 86_400), refreshIdle: .seconds(7 * 86_400),
            refreshGrace: .seconds(10)),
        book: Book = Book()
    ) {
        self.time = time
        self.book = book
        self.lifetimes = lifetimes
    }

    /// How many tokens were checked so far.
    public var checkCount: Int { state.withLock(\.checks) }

    /// Whether there is a key to sign with.
    public func setHasKey(_ hasKey: Bool) { state.withLock { $0.hasKey = hasKey } }

    public func issue(to account: Account, in session: SessionID) throws(TokenIssuerError) -> AccessToken {
        let now = Timestamp(seconds: time.now().seconds)
        guard state.withLock(\.hasKey) else { throw .noKey }
        return book.issued.withLock { issued in
            let id = String(issued.count + 1)
            let claims = AccessClaims(
                accountID: account.id, sessionID: session, version: account.version, issuedAt: now,
                expiresAt: now + lifetimes.access, tokenID: id, username: account.username.text,
                email: account.isEmailVerified ? account.email.text : nil, groups: account.groups.map(\.text),
                keyID: Self.keyID)
            issued["fake.token." + id] = claims
            return AccessToken(token: Secret("fake.token." + id), claims: claims)
        }
    }

    public func verify(_ token: some Collection<UInt8>) -> TokenVerdict {
        let text = String(decoding: token, as: UTF8.self)
        state.withLock { $0.checks += 1 }
        guard let claims = book.issued.withLock({ $0[text] }) else {
            return .invalid(reason: text.hasPrefix("fake.token.") ? TokenVerdict.wrongSignature : "not issued here")
        }
        return time.now() < claims.expiresAt ? .valid(claims) : .invalid(reason: "expired")
    }

    public func publicKeySet() -> [UInt8] { Array(#"{"keys":[]}"#.utf8) }
}
