import GatewayKit

extension StoredHash {
    /// Takes a hash over that another system made; throws ``InputRefusal`` that holds nothing of it.
    init(foreign: JSONValue) throws(InputRefusal) {
        guard let text = foreign.string else { throw InputRefusal("wrong_type", "must be a string") }
        guard let hash = StoredHash(text) else {
            throw InputRefusal(
                "unsupported_hash", "is of a format that this gateway does not verify, is damaged, or asks for too much"
            )
        }
        self = hash
    }
}
