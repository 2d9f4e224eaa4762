import GatewayJOSE
import GatewayKit

extension FuzzTarget {
    /// A key set as another issuer, or whoever answers in its place, may send it.
    static let keyset = FuzzTarget("keyset") { text in
        guard let set = try? JWKSet(text, allowingSymmetric: true) else { return }
        claim("a key set has 256 KiB at most", holds: text.count <= JWKSet.maximumLength)
        let symmetric = set.keys.count(where: \.key.algorithm.isSymmetric)
        claim("secrets stand alone", holds: symmetric == 0 || symmetric == set.keys.count)
        let isFetchable = (try? JWKSet(text, allowingSymmetric: false)) != nil
        claim("no secret comes over the network", holds: isFetchable == (symmetric == 0))
        for key in set.keys {
            claim("a key is found by its id", holds: set.key(key.id)?.fingerprint == key.fingerprint)
            claim("no signature is none", holds: !key.key.isValid([], over: [][...]))
        }
    }
}
