import GatewayKit

extension Link.Purpose {
    /// What links do by which somebody sets a password without knowing another. Mailing one of a purpose ends earlier
    /// ones of that purpose alone, for anybody may say that a password was forgotten; using one ends them all.
    static let settingPassword: [Self] = [.reset, .invite]
}

extension LinkRecords {
    /// The link of that hash that sets a password, expired ones too.
    func passwordLink(_ hash: TokenHash) throws(StorageError) -> Link? {
        for purpose in Link.Purpose.settingPassword {
            if let link = try link(hash, for: purpose) { return link }
        }
        return nil
    }
}
