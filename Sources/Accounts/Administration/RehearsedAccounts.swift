import GatewayKit

/// The accounts that a rehearsal has let in, as far as later ones may be in their way, however far behind they come.
///
/// Of each are kept three marks, and three more where its id came with it; a mark is a hash of 64 bits under a key that
/// was drawn for this rehearsal, so that no file can be made whose marks meet. That one is met by chance among those of
/// a million accounts is less likely than one in a hundred thousand. What else was thought of is in
/// `docs/decisions/0044-what-a-dry-run-remembers.md`.
struct RehearsedAccounts: Sendable {
    /// Many small tables, for one that grows is there twice meanwhile.
    private var tables: [Set<UInt64>]
    private let key: [UInt8]

    init(random: any RandomSource) {
        tables = Array(repeating: [], count: 256)
        key = random.bytes(16)
    }

    mutating func insert(_ candidate: ImportCandidate) {
        let account = candidate.account
        insert(mark(.name, account.username.text))
        insert(mark(.address, account.email.text))
        insert(sameness(of: account))
        guard candidate.hasID else { return }
        insert(mark(.id, account.id.text))
        insert(mark(.idAndName, account.id.text, account.username.text))
        insert(mark(.idAndAddress, account.id.text, account.email.text))
    }

    func has(_ id: AccountID) -> Bool { has(mark(.id, id.text)) }

    func has(_ name: Username) -> Bool { has(mark(.name, name.text)) }

    func has(_ address: EmailAddress) -> Bool { has(mark(.address, address.text)) }

    /// Whether the account of that id has the same name or address.
    func hasNamesake(of account: Account) -> Bool {
        has(mark(.idAndName, account.id.text, account.username.text))
            || has(mark(.idAndAddress, account.id.text, account.email.text))
    }

    /// Whether the account of that name has the same hash; where there is none, the same address.
    func hasSame(as account: Account) -> Bool { has(sameness(of: account)) }

    private func sameness(of account: Account) -> UInt64 {
        account.passwordHash == .noPassword
            ? mark(.nameAndAddress, account.username.text, account.email.text)
            : mark(.nameAndHash, account.username.text, account.passwordHash.reveal())
    }

    /// What a mark tells.
    private enum Fact { case name, address, id, idAndName, idAndAddress, nameAndAddress, nameAndHash }

    /// SipHash, by Swift's hasher.
    private func mark(_ fact: Fact, _ first: String, _ second: String = "") -> UInt64 {
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(fact)
        hasher.combine(first)
        hasher.combine(second)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private func has(_ mark: UInt64) -> Bool { tables[table(of: mark)].contains(mark) }

    private mutating func insert(_ mark: UInt64) { tables[table(of: mark)].insert(mark) }

    private func table(of mark: UInt64) -> Int { Int(mark >> 56) }
}
