import GatewayKit
import Testing

extension StorageConformance {
    static let keys = [
        Check("every part of a signing key comes back, the oldest key first") { storage in
            let keys = [
                SigningKeyRecord(
                    id: "k2", algorithm: "HS256", state: .retired, sealed: [0, 255], createdAt: Sample.moment(1),
                    activatedAt: Sample.moment(2), retiredAt: Sample.moment(3)),
                SigningKeyRecord(
                    id: "k3", algorithm: "ES256", state: .active, sealed: [1], createdAt: Sample.moment(2),
                    activatedAt: Sample.moment(3)),
                SigningKeyRecord(
                    id: "k1", algorithm: "EdDSA", state: .published, sealed: [2], createdAt: Sample.moment(3)),
            ]
            try await storage.writing { records in
                for key in keys.reversed() { try records.keys.insert(key) }
            }
            #expect(try await storage.reading { try $0.keys.all() } == keys)
        },
        Check("a signing key is stored again and removed by its id alone") { storage in
            let old = SigningKeyRecord(
                id: "k1", algorithm: "ES256", state: .published, sealed: [1], createdAt: Sample.moment(1))
            var active = old
            (active.state, active.activatedAt, active.sealed) = (.active, Sample.moment(5), [9, 9])
            var other = old
            (other.id, other.createdAt) = ("k2", Sample.moment(2))
            let (changed, kept) = (active, other)
            let done = try await storage.writing { records in
                try records.keys.insert(old)
                try records.keys.insert(kept)
                var missing = old
                missing.id = "k3"
                return [
                    try records.keys.update(changed), try records.keys.update(missing),
                    try records.keys.delete("k3"),
                ]
            }
            #expect(done == [true, false, false])
            #expect(try await storage.reading { try $0.keys.all() } == [changed, kept])
            #expect(try await storage.writing { try $0.keys.delete("k1") })
            #expect(try await storage.reading { try $0.keys.all() } == [kept])
        },
    ]
}
