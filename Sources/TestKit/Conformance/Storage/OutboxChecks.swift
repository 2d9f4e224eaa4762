import GatewayKit
import Testing

extension StorageConformance {
    static let outbox = [
        Check("due mails are claimed, the longest due first and no more than asked for") { storage in
            try await enqueue([("late", 3), ("early", 1), ("middle", 2), ("now", 10), ("future", 11)], in: storage)
            let claimed = try await storage.writing { records in
                try records.outbox.claim(dueAt: Sample.moment(10), until: Sample.moment(60), limit: 3)
            }
            #expect(claimed.map(\.id) == ["early", "middle", "late"])
            #expect(claimed.map(\.sealed) == ["early", "middle", "late"].map { Sample.mail($0).sealed })
            let rest = try await storage.writing { records in
                try records.outbox.claim(dueAt: Sample.moment(10), until: Sample.moment(60), limit: 3)
            }
            #expect(rest.map(\.id) == ["now"], "a mail is due at its very moment, and a claimed one is not")
        },
        Check("a claim raises a mail's attempts and expires at its moment") { storage in
            try await enqueue([("m", 0)], in: storage)
            var attempts: [[Int]] = []
            for (now, until) in [(0, 30), (29, 59), (30, 60)] as [(Int64, Int64)] {
                let claimed = try await storage.writing { records in
                    try records.outbox.claim(dueAt: Sample.moment(now), until: Sample.moment(until), limit: 9)
                }
                attempts.append(claimed.map(\.attempts))
                #expect(claimed.allSatisfy { $0.dueAt == Sample.moment(until) && !$0.isParked })
            }
            #expect(attempts == [[1], [], [2]])
        },
        Check("of mails claimed at once each goes to one claimant") { storage in
            try await enqueue((0..<20).map { ("m\($0)", 0) }, in: storage)
            let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await storage.writing { records in
                            try records.outbox.claim(dueAt: Sample.moment(1), until: Sample.moment(60), limit: 3)
                        }.map(\.id)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 20)
            #expect(Set(claimed).count == 20)
        },
        Check("the next mail that falls due is known, parked ones apart") { storage in
            #expect(try await storage.reading { try $0.outbox.nextDue() } == nil)
            try await enqueue([("a", 5), ("b", 7)], in: storage)
            #expect(try await storage.reading { try $0.outbox.nextDue() } == Sample.moment(5))
            try await storage.writing { try $0.outbox.park("a", because: "refused") }
            #expect(try await storage.reading { try $0.outbox.nextDue() } == Sample.moment(7))
        },
        Check("the moment of the oldest mail is known, parked ones apart") { storage in
            #expect(try await storage.reading { try $0.outbox.oldest() } == nil)
            try await storage.writing { records in
                for (id, written) in [("b", 20), ("a", 10), ("c", 30)] as [(String, Int64)] {
                    var mail = Sample.mail(id, dueAt: Sample.moment(100 - written))
                    mail.createdAt = Sample.moment(written)
                    try records.outbox.enqueue(mail)
                }
            }
            #expect(try await storage.reading { try $0.outbox.oldest() } == Sample.moment(10))
            try await storage.writing { try $0.outbox.park("a", because: "refused") }
            #expect(try await storage.reading { try $0.outbox.oldest() } == Sample.moment(20))
        },
        Check("a mail is in hand from its claim until that ends, and why it was not taken is kept") { storage in
            try await enqueue([("later", 0), ("parked", 0)], in: storage)
            let claimed = try await storage.writing { records in
                try records.outbox.claim(dueAt: Sample.moment(0), until: Sample.moment(60), limit: 9)
            }
            #expect(claimed.map(\.isClaimed) == [true, true])
            #expect(try await storage.reading { try $0.outbox.mail("later") } == claimed.first { $0.id == "later" })
            try await storage.writing { records in
                try records.outbox.putOff("later", until: Sample.moment(50), because: Sample.difficultText)
                try records.outbox.park("parked", because: "refused")
            }
            var (later, parked) = (Sample.mail("later", dueAt: Sample.moment(50)), Sample.mail("parked"))
            (later.attempts, later.failure) = (1, Sample.difficultText)
            (parked.attempts, parked.failure) = (1, "refused")
            (parked.dueAt, parked.isParked) = (Sample.moment(60), true)
            let mails = try await storage.reading { records in
                try ["later", "parked", "nowhere"].map { try records.outbox.mail($0) }
            }
            #expect(mails == [later, parked, nil])
        },
        Check("a mail is tried again as if it never had been, whatever became of it before") { storage in
            try await enqueue([("parked", 0), ("later", 0), ("claimed", 0), ("new", 70)], in: storage)
            let (mails, claimed) = try await storage.writing { records in
                _ = try records.outbox.claim(dueAt: Sample.moment(0), until: Sample.moment(60), limit: 9)
                try records.outbox.park("parked", because: "refused")
                try records.outbox.putOff("later", until: Sample.moment(90), because: "busy")
                for id in ["parked", "later", "claimed", "new", "nowhere"] {
                    try records.outbox.renew(id, dueAt: Sample.moment(7))
                }
                let mails = try ["parked", "later", "claimed", "new"].map { try records.outbox.mail($0) }
                let claimed = try [6, 7].map { now in
                    try records.outbox.claim(dueAt: Sample.moment(now), until: Sample.moment(60), limit: 9).map(\.id)
                }
                return (mails, claimed)
            }
            #expect(mails.map { $0?.failure } == ["refused", "busy", nil, nil])
            for mail in mails {
                #expect(mail?.attempts == 0 && mail?.dueAt == Sample.moment(7))
                #expect(mail?.isClaimed == false && mail?.isParked == false)
            }
            #expect(claimed.map(Set.init) == [[], ["parked", "later", "claimed", "new"]])
        },
        Check("mails are listed from the oldest on, in pages, and parked ones alone when asked for") { storage in
            let written: [(id: String, at: Int64)] = [("c", 20), ("b", 10), ("e", 20), ("d", 20), ("a", 30)]
            try await storage.writing { records in
                for (id, moment) in written {
                    var mail = Sample.mail(id, dueAt: Sample.moment(100 - moment))
                    mail.createdAt = Sample.moment(moment)
                    try records.outbox.enqueue(mail)
                }
                for id in ["d", "b", "a"] { try records.outbox.park(id, because: "refused") }
            }
            let (none, all, parked) = try await storage.reading { records in
                func ids(_ onlyParked: Bool) throws -> [[String]] {
                    var pages: [[OutboxMail]] = []
                    repeat {
                        pages.append(
                            try records.outbox.written(after: pages.last?.last, onlyParked: onlyParked, limit: 2))
                    } while pages.last?.isEmpty == false
                    return pages.map { $0.map(\.id) }
                }
                let none = try records.outbox.written(after: nil, onlyParked: false, limit: 0)
                return (none, try ids(false), try ids(true))
            }
            #expect(none == [])
            #expect(all == [["b", "c"], ["d", "e"], ["a"], []])
            #expect(parked == [["b", "d"], ["a"], []])
        },
        Check("delivered mails are erased, put-off ones wait, parked ones are claimed no more") { storage in
            try await enqueue([("sent", 0), ("later", 0), ("parked", 0), ("due", 0)], in: storage)
            try await storage.writing { records in
                try records.outbox.erase("sent")
                try records.outbox.putOff("later", until: Sample.moment(50), because: "busy")
                try records.outbox.park("parked", because: "refused")
            }
            let counts = try await storage.reading { records in
                let counts = try records.outbox.counts()
                return [counts.waiting, counts.parked]
            }
            #expect(counts == [2, 1])
            let claimed = try await storage.writing { records in
                try [49, 50].map { now in
                    try records.outbox.claim(dueAt: Sample.moment(now), until: Sample.moment(100), limit: 9).map(\.id)
                }
            }
            #expect(claimed == [["due"], ["later"]])
        },
        Check("all mails are listed by their ids, and what one is sealed as can be stored again") { storage in
            try await enqueue([("b", 3), ("a", 1), ("c", 2)], in: storage)
            try await storage.writing { records in
                try records.outbox.park("a", because: "refused")
                try records.outbox.reseal("b", as: [0, 1])
                try records.outbox.reseal("nowhere", as: [2])
            }
            let pages = try await storage.reading { records in
                [
                    try records.outbox.page(after: nil, limit: 2), try records.outbox.page(after: "b", limit: 2),
                    try records.outbox.page(after: "c", limit: 2), try records.outbox.page(after: nil, limit: 0),
                ]
            }
            #expect(pages.map { $0.map(\.id) } == [["a", "b"], ["c"], [], []])
            var resealed = Sample.mail("b", dueAt: Sample.moment(3))
            resealed.sealed = [0, 1]
            #expect(pages[0][1] == resealed)
            #expect(pages[0][0].isParked && pages[0][0].sealed == Sample.mail("a").sealed)
        },
    ]

    private static func enqueue(_ mails: [(id: String, due: Int64)], in storage: any Storage) async throws {
        try await storage.writing { records in
            for mail in mails { try records.outbox.enqueue(Sample.mail(mail.id, dueAt: Sample.moment(mail.due))) }
        }
    }
}
