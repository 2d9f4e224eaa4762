import GatewayKit

/// How the texts of hashes are taken apart, and how two tags are compared.
enum HashText {
    /// The numbers of `m=19456,t=2,p=1`, whose names must stand in this order; decimal without leading zeros.
    static func numbers(in text: some StringProtocol, named names: [String]) -> [Int]? {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == names.count else { return nil }
        let values = zip(fields, names).compactMap { field, name -> Int? in
            field.hasPrefix(name + "=") ? number(field.dropFirst(name.count + 1)) : nil
        }
        return values.count == names.count ? values : nil
    }

    /// A decimal number without sign and leading zeros.
    static func number(_ text: some StringProtocol) -> Int? {
        guard let number = Int(text), number >= 0, text == "\(number)" else { return nil }
        return number
    }

    /// Two digits at least, as bcrypt writes its cost.
    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Whether a text holds nothing but `./0-9A-Za-z`, the alphabet of crypt(3).
    static func isCryptText(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: false
            }
        }
    }

    /// Compares without telling by its time where the difference stands.
    static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Base64 with the ordinary alphabet and without padding, as PHC strings have it.
    static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: Base64URL.encode(bytes).utf8.map(ordinary), as: UTF8.self)
    }

    /// The bytes of what ``encode(_:)`` writes, and of nothing else.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.utf8.contains(UInt8(ascii: "-")), !text.utf8.contains(UInt8(ascii: "_")) else { return nil }
        return Base64URL.decode(text.utf8.map(urlSafe))
    }

    /// The bytes of base64 as other systems write it: padded or not, of either alphabet.
    static func decodeLoosely(_ text: some StringProtocol) -> [UInt8]? {
        var bytes = text.utf8.map(urlSafe)
        if bytes.count % 4 == 0, let last = bytes.lastIndex(where: { $0 != UInt8(ascii: "=") }) {
            bytes.removeSubrange(max(last + 1, bytes.count - 2)...)
        }
        return Base64URL.decode(bytes)
    }

    private static func ordinary(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: byte
        }
    }

    private static func urlSafe(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
    }
}
