import Crypto

/// A random value handed to one person and stored as its hash alone, 256 bits: a refresh token, a link's token, a
/// browser's cookie or an API key.
public struct OpaqueToken: Sendable {
    private let value: Secret<String>

    /// Draws 256 random bits, written as 43 characters of base64url.
    public init(from random: any RandomSource) { self.init(Base64URL.encode(random.bytes(32))) }

    /// Takes a token as someone presents it; any text will do, for only its hash is ever compared.
    public init(_ text: String) { value = Secret(text) }

    /// Whether a text is as ``init(from:)`` writes one: the one spelling of 256 bits in base64url.
    public static func isWhole(_ text: some Collection<UInt8>) -> Bool {
        text.count == 43 && Base64URL.decode(text) != nil
    }

    /// The token in clear, for the answer or the mail that carries it.
    public func reveal() -> String { value.reveal() }

    /// The SHA-256 of the token's text, which is all that a store keeps.
    public var hash: TokenHash { TokenHash(bytes: Array(SHA256.hash(data: Array(value.reveal().utf8)))) }

    /// The token that follows this one in a rotation: HMAC-SHA-256 with this token as the key over the drawn nonce, so
    /// that whoever holds this token can compute it again, and whoever holds the store alone cannot.
    public func successor(nonce: [UInt8]) -> OpaqueToken {
        let key = SymmetricKey(data: Array(value.reveal().utf8))
        return OpaqueToken(Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: nonce, using: key))))
    }
}
