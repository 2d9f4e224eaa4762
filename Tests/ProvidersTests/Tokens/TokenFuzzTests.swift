import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct TokenFuzzTests {
    @Test(arguments: [SigningAlgorithm.es256, .edDSA, .hs256])
    func `two thousand mutations are none of them valid, and none of them a crash`(algorithm: SigningAlgorithm) throws {
        let mint = try Mint(algorithm)
        let original = Array(try mint.token().utf8)
        let dictionary = [".", "..", "=", "e30", "bnVsbA", "\0", "é", "eyJhbGciOiJub25lIn0"].map { Array($0.utf8) }
        var random = SeededGenerator(seed: 2_026)
        for number in 0..<2_000 {
            var token = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                mutate(&token, dictionary, using: &random)
            }
            guard token != original else { continue }
            #expect(mint.refusal(of: String(decoding: token, as: UTF8.self)) != nil, "mutation \(number)")
            #expect(mint.issuer.verify(token) != mint.issuer.verify(original), "mutation \(number)")
        }
    }

    @Test func `texts that are signed but mutated are read or refused, and none of them is a crash`() throws {
        let mint = try Mint(.hs256)
        var random = SeededGenerator(seed: 1)
        let dictionary = ["{", "}", "[", "]", ",", ":", "\"", "\\u", "\\ud800", "1e9", "-", "null"].map {
            Array($0.utf8)
        }
        for _ in 0..<2_000 {
            var payload = Array(Mint.payload.utf8)
            mutate(&payload, dictionary, using: &random)
            let text = String(decoding: payload, as: UTF8.self)
            guard case .valid(let claims) = mint.issuer.verify(try mint.token(nil, text).utf8) else { continue }
            #expect(claims.expiresAt > Timestamp(seconds: Mint.now))
        }
    }

    private func mutate(
        _ bytes: inout [UInt8], _ dictionary: [[UInt8]], using random: inout some RandomNumberGenerator
    ) {
        let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2 where !bytes.isEmpty: bytes.removeSubrange(place..<end)
        case 3 where !bytes.isEmpty: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4 where !bytes.isEmpty: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        case 5: bytes.insert(contentsOf: dictionary.randomElement(using: &random) ?? [], at: min(place, bytes.count))
        default: bytes.append(UInt8.random(in: .min ... .max, using: &random))
        }
    }
}
