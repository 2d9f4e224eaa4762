public import GatewayKit

extension UserAdministration {
    /// A part of what was found.
    public struct Page: Hashable, Sendable {
        /// The accounts in the order of the names or addresses by which they were found.
        public let accounts: [Account]
        /// The name or address that the next page begins behind; nil for the last page.
        public let next: String?
    }

    /// At most `limit` accounts whose names or addresses begin with a text, or all of them without one; nil when
    /// whoever asks is no administrator any more.
    ///
    /// They stand in the order of what matches, byte by byte: an account by its name where that does, else by its
    /// address. Both are read by an index and merged, so that a page costs a few times its length, whatever the number
    /// of accounts.
    public func accounts(
        beginningWith text: String, after term: String?, limit: Int, for someone: Administrator
    ) async throws(AccountsError) -> Page? {
        try await storage.look { records throws(StorageError) in
            guard try records.recognizes(someone) else { return nil }
            guard !text.isEmpty else { return try Self.all(after: term, limit, records) }
            guard let prefix = TermPrefix(text) else { return Page(accounts: [], next: nil) }
            return try Self.found(prefix, after: term, limit, records)
        }
    }

    private static func all(after name: String?, _ limit: Int, _ records: any Records) throws(StorageError) -> Page {
        let found = try records.accounts.page(after: name.map { Username(stored: $0) }, limit: limit + 1)
        let shown = Array(found.prefix(limit))
        return Page(accounts: shown, next: found.count > limit ? shown.last?.username.text : nil)
    }

    private static func found(
        _ prefix: TermPrefix, after term: String?, _ limit: Int, _ records: any Records
    ) throws(StorageError) -> Page {
        let named = try records.accounts.page(named: prefix, after: term, limit: limit + 1)
        let addressed = try records.accounts.page(addressed: prefix, after: term, limit: limit + 1)
        let found =
            (named.map { (term: $0.username.text, account: $0) } + addressed.map { (term: $0.email.text, account: $0) })
            .sorted { TermPrefix.isAscending($0.term, $1.term) }
        let shown = found.prefix(limit)
        return Page(accounts: shown.map(\.account), next: found.count > limit ? shown.last?.term : nil)
    }
}
