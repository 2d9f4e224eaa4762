import GatewayKit

/// Numbers that stand for RSA moduli.
enum Modulus {
    /// The product of two primes of 1,024 bits as the chips make them: a multiple of the product M of the first 126
    /// primes, and a power of 65537 modulo M.
    static let infineon = """
        zb_WkvVHG--hjN7uad9aJq7_suE7Sl_5slThGWni3uld-FCmnoqSvgC7oBp3_d_wGjpeg9ONyJoecfg5Mqi6PhS8scBWC-\
        pJsyxIzXY900wgRySZOJKrnhLE1o6-PYOTrSLgfmlAGEap-awPf2v5A-HdEIPNwI92EvWwSTXJ-\
        1WBK5OXQ4xKBjn6eQvQw1lVZY5Tax22iuF9ZPtWoSlPbP6ewirc3Lm5eRFWbnFqrZiQOgkhscXLi4ZkL86uc6k-\
        90q4P49gVaiLIStbACONxfWcrxweFcS_F4aRr-X881DwPtxLgH0XyqrY46zD5dX1nRBVHGl4B2Xle7Bj7EFxFw
        """

    /// A number that is a power of 65537 modulo each of the detector's primes, but of no one exponent.
    static let nearlyInfineon = """
        gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADce1LFGKcAunR9K8rYJxw-\
        f2ZwJYU23u-mBtI6Zw
        """

    /// Some odd number of so many bits, or another that ends otherwise.
    static func of(_ bits: Int, last: UInt8 = 0xff) -> String {
        var bytes = [UInt8](repeating: 0xa5, count: (bits + 7) / 8)
        bytes[0] = UInt8(1) << UInt8((bits - 1) % 8)
        bytes[bytes.count - 1] = last
        return Base64URL.encode(bytes)
    }
}
