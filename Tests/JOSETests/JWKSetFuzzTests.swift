import GatewayKit
import Testing

@testable import GatewayJOSE

@Suite struct JWKSetFuzzTests {
    /// SplitMix64, so that a failure can be seen again.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }

    @Test(arguments: [JWSAlgorithm.rs256, .es256, .es512, .edDSA, .hs256])
    func `a mutated key set is refused or has fit keys, and is never a crash`(algorithm: JWSAlgorithm) throws {
        var random = Seeded(state: 2_027)
        let words = ["\"d\":", "null", "[]", "{}", "AA", "=", "\\u0000", "1e999", "-1", "\"kid\":\"k1\",", "é", "}"]
        let other = try Signer(algorithm).jwk(id: "k2")
        let original = JSONValue.object([.init("keys", .array([try Signer(algorithm).jwk(), other]))]).encoded()
        var taken = 0
        for _ in 0..<1_000 {
            var text = original
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&text, words, using: &random) }
            guard let set = try? JWKSet(text, allowingSymmetric: true) else { continue }
            taken += 1
            #expect(set.keys.allSatisfy { set.key($0.id)?.fingerprint == $0.fingerprint })
            #expect(set.keys.allSatisfy { !$0.key.isValid([], over: [1, 2]) })
            let mayFetch = (try? JWKSet(text, allowingSymmetric: false)) != nil
            #expect(mayFetch == !set.keys.contains { $0.key.algorithm.isSymmetric })
        }
        #expect(taken > 0)
    }

    private func mutate(_ text: inout [UInt8], _ words: [String], using random: inout Seeded) {
        let place = Int.random(in: 0..<text.count, using: &random)
        let end = min(text.count, place + Int.random(in: 1...20, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: text[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: text[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2 where text.count > 100: text.removeSubrange(place..<end)
        case 3: text.insert(contentsOf: text[place..<end], at: place)
        default: text.insert(contentsOf: Array((words.randomElement(using: &random) ?? "").utf8), at: place)
        }
    }
}
