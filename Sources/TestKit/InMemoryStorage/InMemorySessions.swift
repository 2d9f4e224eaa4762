import GatewayKit

struct InMemorySessions: SessionRecords {
    let records: InMemoryRecords

    func insert(_ session: Session, first token: RefreshTokenRecord) throws(StorageError) {
        let texts = [session.id.text, session.accountID.text, session.address, session.userAgent]
        try records.change(storing: texts) { tables throws(StorageError) in
            guard tables.accounts[session.accountID] != nil else {
                throw InMemoryRecords.broken("a session's account does not exist")
            }
            guard tables.sessions[session.id] == nil, tables.refreshTokens[token.hash] == nil else {
                throw InMemoryRecords.broken("a session's id or token is used twice")
            }
            tables.sessions[session.id] = session
            tables.refreshTokens[token.hash] = token
        }
    }

    func session(_ id: SessionID) throws(StorageError) -> Session? { records.tables.sessions[id] }

    func sessions(of account: AccountID) throws(StorageError) -> [Session] {
        records.tables.sessions.values.filter { $0.accountID == account }
            .sorted { ($0.createdAt, $0.id.text) > ($1.createdAt, $1.id.text) }
    }

    func touch(_ id: SessionID, at moment: Timestamp) throws(StorageError) {
        try records.change { tables throws(StorageError) in tables.sessions[id]?.lastUsedAt = moment }
    }

    func addCookie(_ hash: TokenHash, to id: SessionID) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            guard tables.sessions[id] != nil, tables.cookies[hash] == nil else {
                throw InMemoryRecords.broken("a cookie's session does not exist, or its value is used twice")
            }
            tables.cookies[hash] = id
        }
    }

    func session(ofCookie hash: TokenHash) throws(StorageError) -> Session? {
        records.tables.cookies[hash].flatMap { records.tables.sessions[$0] }
    }

    func end(_ id: SessionID) throws(StorageError) -> Bool {
        try records.change { tables throws(StorageError) in Self.end(id, &tables) }
    }

    func endAll(of account: AccountID, except kept: SessionID?) throws(StorageError) -> [SessionID] {
        let ids = try sessions(of: account).map(\.id).filter { $0 != kept }
        for id in ids { _ = try end(id) }
        return ids
    }

    func endExpired(before moment: Timestamp, idleSince: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let expired = tables.sessions.values.filter { $0.expiresAt < moment || $0.lastUsedAt < idleSince }
            let dead = Set(expired.map(\.id))
            let tokens = tables.refreshTokens.values.filter { dead.contains($0.sessionID) }.first(atMost: limit)
            for token in tokens { tables.refreshTokens[token.hash] = nil }
            let ended = dead.first(atMost: limit - tokens.count)
            for id in ended { _ = Self.end(id, &tables) }
            return tokens.count + ended.count
        }
    }

    func refreshToken(_ hash: TokenHash) throws(StorageError) -> RefreshTokenRecord? {
        records.tables.refreshTokens[hash]
    }

    func rotate(
        _ hash: TokenHash, nonce: [UInt8], at moment: Timestamp, to successor: TokenHash
    ) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            guard let token = tables.refreshTokens[hash], tables.refreshTokens[successor] == nil else {
                throw InMemoryRecords.broken("a token is rotated that does not exist, or to one that does")
            }
            tables.refreshTokens[hash]?.nonce = nonce
            tables.refreshTokens[hash]?.rotatedAt = moment
            tables.refreshTokens[successor] = RefreshTokenRecord(
                hash: successor, sessionID: token.sessionID, predecessor: hash)
        }
    }

    func eraseNonces(of session: SessionID?, rotatedBy moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let used = Set(tables.refreshTokens.values.filter { $0.rotatedAt != nil }.compactMap(\.predecessor))
            let spent = tables.refreshTokens.values.filter { token in
                guard token.nonce != nil, let rotatedAt = token.rotatedAt else { return false }
                return rotatedAt <= moment && used.contains(token.hash)
                    && session.map { $0 == token.sessionID } ?? true
            }
            let chosen = spent.first(atMost: limit).map(\.hash)
            for hash in chosen { tables.refreshTokens[hash]?.nonce = nil }
            return chosen.count
        }
    }

    private static func end(_ id: SessionID, _ tables: inout Tables) -> Bool {
        tables.refreshTokens = tables.refreshTokens.filter { $0.value.sessionID != id }
        tables.cookies = tables.cookies.filter { $0.value != id }
        return tables.sessions.removeValue(forKey: id) != nil
    }
}
