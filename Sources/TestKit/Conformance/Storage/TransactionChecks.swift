import GatewayKit
import Testing

extension StorageConformance {
    static let transactions = [
        Check("a new store is ready and its schema is complete") { storage in
            try await storage.checkReadiness()
            #expect(try await storage.migrations().allSatisfy { $0.appliedAt != nil })
            #expect(try await storage.migrate().isEmpty)
        },
        Check("a transaction sees what it has written itself") { storage in
            let seen = try await storage.writing { records in
                try records.guesses.store(Sample.guesses("a", 1))
                return try records.guesses.count(of: "a")
            }
            #expect(seen == Sample.guesses("a", 1))
        },
        Check("a transaction while no other runs is alone at every work, and so is the next") { storage in
            for _ in 0..<2 {
                for work in SharedWork.allCases {
                    let isAlone = try await storage.writing { records in
                        [try records.isAlone(at: work), try records.isAlone(at: work)]
                    }
                    #expect(isAlone == [true, true])
                }
            }
        },
        Check("a closure that throws has done nothing, and its error arrives") { storage in
            try await storage.writing { try $0.guesses.store(Sample.guesses("kept", 1)) }
            await #expect {
                try await storage.writing { records in
                    _ = try records.accounts.insert(Sample.account("ada"))
                    try records.sessions.insert(Sample.session("s", of: "ada"), first: Sample.token(1, of: "s"))
                    try records.links.insert(Sample.link(2, of: "ada"))
                    try records.outbox.enqueue(Sample.mail("m"))
                    try records.guesses.clear("kept")
                    _ = try records.revocations.append(.session(SessionID("s")), keepUntil: Sample.moment(1))
                    throw StorageError.unavailable(cause: Undone())
                }
            } throws: { error in
                guard case .unavailable(let cause) = error as? StorageError else { return false }
                return cause is Undone
            }
            try await storage.writing { records in
                // The name was not given away either.
                guard try records.accounts.insert(Sample.account("ada")) == .stored else { throw Undone() }
            }
            let left = try await storage.reading { records in
                (
                    session: try records.sessions.session(SessionID("s")),
                    token: try records.sessions.refreshToken(Sample.hash(1)),
                    link: try records.links.link(Sample.hash(2), for: .reset),
                    mails: try records.outbox.counts().waiting, guesses: try records.guesses.count(of: "kept"),
                    revocations: try records.revocations.rows(after: 0, limit: 10)
                )
            }
            #expect(left.session == nil && left.token == nil && left.link == nil && left.mails == 0)
            #expect(left.guesses == Sample.guesses("kept", 1))
            #expect(left.revocations.isEmpty)
        },
        Check("parallel transactions that count lose nothing") { storage in
            try await inParallel(50) { _ in
                try await storage.writing { records in
                    let count = try records.guesses.count(of: "a")?.count ?? 0
                    try records.guesses.store(Sample.guesses("a", count + 1))
                }
            }
            #expect(try await storage.reading { try $0.guesses.count(of: "a")?.count } == 50)
        },
        Check("a reader sees both halves of a transaction or none") { storage in
            try await inParallel(40) { number in
                if number.isMultiple(of: 2) {
                    try await storage.writing { records in
                        let count = try records.guesses.count(of: "a")?.count ?? 0
                        try records.guesses.store(Sample.guesses("a", count + 1))
                        try records.guesses.store(Sample.guesses("b", count + 1))
                    }
                } else {
                    let seen = try await storage.reading { records in
                        [try records.guesses.count(of: "a")?.count, try records.guesses.count(of: "b")?.count]
                    }
                    #expect(seen[0] == seen[1])
                }
            }
        },
        Check("whoever reads after a write has returned sees it") { storage in
            for count in 1...20 {
                try await storage.writing { try $0.guesses.store(Sample.guesses("a", count)) }
                #expect(try await storage.reading { try $0.guesses.count(of: "a")?.count } == count)
            }
        },
        Check(
            "what was committed is there after reopening, and what was undone is not",
            reopening: { place in
                let before = try await place.open()
                try await before.writing { _ = try $0.accounts.insert(Sample.account("ada")) }
                await #expect(throws: StorageError.self) {
                    try await before.writing { records in
                        _ = try records.accounts.insert(Sample.account("bob"))
                        throw Undone()
                    }
                }
                let after = try await place.open()
                try await after.checkReadiness()
                let names = try await after.reading { try $0.accounts.page(after: nil, limit: 10).map(\.username.text) }
                #expect(names == ["ada"])
            }),
        Check(
            "two that have the store open see each other's writes and lose none",
            reopening: { place in
                let storages = [try await place.open(), try await place.open()]
                try await inParallel(40) { number in
                    try await storages[number % 2].writing { records in
                        let count = try records.guesses.count(of: "a")?.count ?? 0
                        try records.guesses.store(Sample.guesses("a", count + 1))
                    }
                }
                for storage in storages {
                    #expect(try await storage.reading { try $0.guesses.count(of: "a")?.count } == 40)
                }
            }),
    ]

    /// Runs a closure so often at once, with its number.
    static func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            try await group.waitForAll()
        }
    }

    /// How many of so many closures at once return true.
    static func winners(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Bool) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }
}

/// Thrown by a closure that wants to be undone.
private struct Undone: Error {}
