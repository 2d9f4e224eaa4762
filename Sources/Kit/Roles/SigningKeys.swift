/// The keys that an issuer signs with, as operators handle them, beside a running gateway or without one: every node
/// obeys within a second. `SigningKeysConformance` in TestKit is what an implementation must pass.
///
/// An issuer that is made by a run which must not begin a deployment (``Provision/mayCreate``) takes the keys as they
/// are: it makes and retires none unasked, and one that it cannot open does not keep it from being made.
///
/// `actor` is who asked, as the audit trail names them. Methods throw ``StorageError``, whose `broken` also says that a
/// key cannot be opened or made.
public protocol SigningKeys: Sendable {
    /// Shows the key that signs next, so that nodes and others who check tokens know it beforehand: the one that is
    /// shown already, else a new one of the same algorithm. Nil where no key signs yet.
    func publish(by actor: String) async throws(StorageError) -> SigningKeyRecord?

    /// Lets a published key sign from now on; what others have signed stays valid until it expires. Whether it signs
    /// now: false for a key that was never published, signs no more or is not there.
    func activate(_ id: String, by actor: String) async throws(StorageError) -> Bool

    /// Takes a key out of every use at once: each token that it signed is refused, on all nodes and before its time.
    /// When it was the one that signs, another does so at once. It need not be one that can be opened.
    func revoke(_ id: String, by actor: String) async throws(StorageError) -> KeyRevocation

    /// Seals every key with the first one of the secret file; again and after a halt half-way, it comes to the same.
    func reseal(by actor: String) async throws(StorageError) -> Resealing
}

/// What became of revoking a key.
public enum KeyRevocation: Hashable, Sendable {
    /// It is gone. The key that signs in its place is named when it was the one that signed.
    case revoked(successor: String?)
    /// There is none of that id.
    case unknown
}
