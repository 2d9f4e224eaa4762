/// Tells RSA keys that certain Infineon chips have made, which can be factored (CVE-2017-15361, "ROCA").
///
/// Their primes are 65537^a mod M plus a multiple of M, M being the product of the first small primes. So the modulus
/// is a power of 65537 modulo M too, and of any other key it is one with a chance of 2^-154 or so. The primes here are
/// those of the detector that the finders have published (Nemec et al., "The Return of Coppersmith's Attack", 2017);
/// the chips' M has these for every length of key.
enum InfineonStructure {
    /// Whether a modulus, the most significant byte first, is a power of 65537 modulo each prime, and the same power
    /// modulo all.
    static func isFound(in modulus: [UInt8]) -> Bool {
        var logarithms: [Logarithm] = []
        for prime in primes {
            let residue = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
            guard let next = logarithm(of: residue, modulo: prime) else { return false }
            // Numbers of several moduli are those of one exactly when each two agree (Chinese remainder theorem).
            guard logarithms.allSatisfy({ $0.agrees(with: next) }) else { return false }
            logarithms.append(next)
        }
        return true
    }

    /// A number that is known up to multiples of the generator's order.
    private struct Logarithm {
        let value: Int
        let order: Int

        func agrees(with other: Self) -> Bool {
            (value - other.value) % greatestCommonDivisor(order, other.order) == 0
        }

        private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
            second == 0 ? first : greatestCommonDivisor(second, first % second)
        }
    }

    private static func logarithm(of residue: Int, modulo prime: Int) -> Logarithm? {
        var (power, exponent) = (1, 0)
        var found: Int?
        repeat {
            if power == residue { found = exponent }
            power = power * generator % prime
            exponent += 1
        } while power != 1
        return found.map { Logarithm(value: $0, order: exponent) }
    }

    private static let generator = 65_537
    private static let primes = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]
}
