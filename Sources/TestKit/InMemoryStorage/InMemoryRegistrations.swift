import GatewayKit

struct InMemoryRegistrations: RegistrationRecords {
    let records: InMemoryRecords

    func insert(_ registration: PendingRegistration) throws(StorageError) -> Bool {
        let texts = [registration.username.text, registration.email.text, registration.passwordHash.reveal()]
        return try records.change(storing: texts) { tables throws(StorageError) in
            let name = registration.username
            let rival = tables.registrations[name].flatMap { $0.expiresAt > registration.createdAt ? $0 : nil }
            guard tables.names[name] == nil, rival == nil else { return false }
            try Self.store(registration, &tables)
            return true
        }
    }

    func registration(named name: Username, at moment: Timestamp) throws(StorageError) -> PendingRegistration? {
        records.tables.registrations[name].flatMap { $0.expiresAt > moment ? $0 : nil }
    }

    func registration(linkedBy link: TokenHash, at moment: Timestamp) throws(StorageError) -> PendingRegistration? {
        records.tables.registrations.values.first { $0.link == link && $0.expiresAt > moment }
    }

    func registrations(
        addressed email: EmailAddress, at moment: Timestamp, limit: Int
    ) throws(StorageError) -> [PendingRegistration] {
        let live = records.tables.registrations.values.filter { $0.email == email && $0.expiresAt > moment }
        let sorted = live.sorted { left, right in
            (right.createdAt, left.username.text) < (left.createdAt, right.username.text)
        }
        return Array(sorted.first(atMost: limit))
    }

    func link(_ name: Username, by link: TokenHash, mailedAt moment: Timestamp) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            guard var registration = tables.registrations[name] else { return }
            registration.link = link
            registration.mailedAt = moment
            try Self.store(registration, &tables)
        }
    }

    func unlinkAll(addressed email: EmailAddress) throws(StorageError) {
        try records.change { tables throws(StorageError) in
            for (name, registration) in tables.registrations where registration.email == email {
                tables.registrations[name]?.link = nil
            }
        }
    }

    func remove(_ name: Username) throws(StorageError) -> Bool {
        try records.change { tables throws(StorageError) in tables.registrations.removeValue(forKey: name) != nil }
    }

    func deleteExpired(before moment: Timestamp, limit: Int) throws(StorageError) -> Int {
        try records.change { tables throws(StorageError) in
            let dead = tables.registrations.values.filter { $0.expiresAt < moment }.first(atMost: limit)
                .map(\.username)
            for name in dead { tables.registrations[name] = nil }
            return dead.count
        }
    }

    private static func store(_ registration: PendingRegistration, _ tables: inout Tables) throws(StorageError) {
        let isTwice = tables.registrations.values.contains { other in
            other.username != registration.username && other.link != nil && other.link == registration.link
        }
        if isTwice { throw InMemoryRecords.broken("a registration's link is used twice") }
        tables.registrations[registration.username] = registration
    }
}
