import Crypto
import CryptoExtras
import Foundation
import GatewayKit
import Testing

@testable import GatewayJOSE

@Suite struct KeyFitnessTests {
    @Test func `a modulus of the chips' structure is told from one that only nearly has it`() throws {
        #expect(InfineonStructure.isFound(in: try bytes(Modulus.infineon)))
        #expect(!InfineonStructure.isFound(in: try bytes(Modulus.nearlyInfineon)))
        #expect(InfineonStructure.isFound(in: [1]), "the power of nought")
        #expect(InfineonStructure.isFound(in: [1, 0, 1]), "the generator itself")
        #expect(!InfineonStructure.isFound(in: [2]))
    }

    @Test func `keys of another maker have no such structure`() throws {
        for _ in 0..<3 {
            let key = try _RSA.Signing.PrivateKey(keySize: .bits2048).publicKey.getKeyPrimitives()
            #expect(!InfineonStructure.isFound(in: Array(key.modulus)))
        }
    }

    @Test func `every public key of Ed25519 is one`() {
        for _ in 0..<200 {
            let key = Curve25519.Signing.PrivateKey().publicKey
            #expect(Edwards25519.isPublicKey(Array(key.rawRepresentation)))
        }
    }

    @Test(arguments: [
        // RFC 8032, section 7.1: the public keys of the tests 1, 2, 3 and 1024.
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
    ]) func `a published key is one`(hexadecimal: String) {
        #expect(Edwards25519.isPublicKey(Self.bytes(hexadecimal)))
    }

    @Test(arguments: [
        // Ordinates of no point.
        "0200000000000000000000000000000000000000000000000000000000000000",
        "0700000000000000000000000000000000000000000000000000000000000080",
        // The points of small order, in every form.
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        // Points whose ordinate is written with the modulus added.
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "", "d75a98",
    ]) func `what is no point, no canonical one or one of small order is no public key`(hexadecimal: String) {
        #expect(!Edwards25519.isPublicKey(Self.bytes(hexadecimal)))
    }

    @Test func `half of all ordinates are those of points`() {
        let count = (0..<1000).count { number in
            Edwards25519.isPublicKey(Array(SHA256.hash(data: Array("\(number)".utf8))).dropLast() + [0])
        }
        #expect((420...580).contains(count))
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.decode(text.utf8)) }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: hexadecimal.count, by: 2).compactMap { place in
            UInt8(hexadecimal.dropFirst(place).prefix(2), radix: 16)
        }
    }
}
