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
            try await storage.writing { try $0.outbox.park("a") }
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
            try await storage.writing { try $0.outbox.park("a") }
            #expect(try await storage.reading { try $0.outbox.oldest() } == Sample.moment(20))
        },
        Check("delivered mails are erased, put-off ones wait, parked ones are claimed no more") { storage in
            try await enqueue([("sent", 0), ("later", 0), ("parked", 0), ("due", 0)], in: storage)
            try await storage.writing { records in
                try records.outbox.delivered("sent")
                try records.outbox.putOff("later", until: Sample.moment(50))
                try records.outbox.park("parked")
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
                try records.outbox.park("a")
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
