import GatewayKit
import Testing

@Suite struct SecretKeyringTests {
    private static let keyring = SecretKeyring([
        ("new", Secret([UInt8](repeating: 1, count: 32))), ("old", Secret([UInt8](repeating: 2, count: 32))),
    ])

    @Test func `what one key sealed is opened as long as the ring has it`() throws {
        let sealed = try Self.keyring.seal(Array("text".utf8), for: "test")
        let later = SecretKeyring([
            ("newer", Secret([UInt8](repeating: 3, count: 32))), ("new", Secret([UInt8](repeating: 1, count: 32))),
        ])
        #expect(try later.open(sealed, for: "test") == Array("text".utf8))
        #expect(throws: SealError.unreadable) { try later.open(sealed, for: "another") }
        let other = SecretKeyring([("old", Secret([UInt8](repeating: 2, count: 32)))])
        #expect(throws: SealError.unknownKey(id: "new")) { try other.open(sealed, for: "test") }
    }

    @Test func `what another key sealed is sealed with the first, and what the first sealed is left`() throws {
        let old = SecretKeyring([("old", Secret([UInt8](repeating: 2, count: 32)))])
        let sealed = try old.seal([1, 2, 3], for: "test")
        #expect(SecretKeyring.sealingID(of: sealed) == "old")
        let resealed = try #require(try Self.keyring.resealed(sealed, for: "test"))
        #expect(SecretKeyring.sealingID(of: resealed) == "new")
        #expect(try Self.keyring.open(resealed, for: "test") == [1, 2, 3])
        #expect(throws: SealError.unknownKey(id: "new")) { try old.open(resealed, for: "test") }
        #expect(try Self.keyring.resealed(resealed, for: "test") == nil)
        #expect(throws: SealError.unreadable) { try Self.keyring.resealed(resealed, for: "another") }
        #expect(throws: SealError.unreadable) { try Self.keyring.resealed(Array(sealed.dropLast()), for: "test") }
    }

    @Test func `what is cut off anywhere does not open`() throws {
        let sealed = try Self.keyring.seal([1, 2, 3], for: "test")
        for length in sealed.indices {
            #expect(throws: SealError.self, "\(length) bytes") {
                try Self.keyring.open(Array(sealed[..<length]), for: "test")
            }
        }
    }

    @Test func `whatever its first byte is, damage does not open`() throws {
        let sealed = try Self.keyring.seal([1, 2, 3], for: "test")
        for first in UInt8.min...UInt8.max where first != sealed[0] {
            for damaged in [[first], [first] + sealed.dropFirst()] {
                #expect(throws: SealError.self, "\(first) and \(damaged.count - 1) more") {
                    try Self.keyring.open(damaged, for: "test")
                }
            }
        }
    }

    @Test func `a flipped bit does not open, wherever it is`() throws {
        let sealed = try Self.keyring.seal([1, 2, 3], for: "test")
        for place in sealed.indices {
            for bit in 0..<8 {
                var damaged = sealed
                damaged[place] ^= 1 << UInt8(bit)
                #expect(throws: SealError.self, "bit \(bit) of byte \(place)") {
                    try Self.keyring.open(damaged, for: "test")
                }
            }
        }
    }
}
