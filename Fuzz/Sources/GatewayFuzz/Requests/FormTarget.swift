import Foundation
import GatewayKit

@testable import GatewayHTTP

extension FuzzTarget {
    /// A body as a form: what is taken is clean text under names that stand once, is what Foundation makes of it, and
    /// reads the same when it is encoded again.
    static let form = FuzzTarget("form") { body in
        guard let members = try? FormReader.read(body) else { return }
        let names = Set(members.map { Array($0.name.utf8) })
        claim("no name stands twice", holds: names.count == members.count)
        let texts = members.flatMap { [$0.name, $0.value.string ?? "\0"] }
        claim("a form holds texts without NUL", holds: texts.allSatisfy { !$0.utf8.contains(0) })
        let taken = members.flatMap { [Array($0.name.utf8), Array(($0.value.string ?? "").utf8)] }
        claim("names and values are what others read", holds: taken == plainly(body))
        let pairs = members.map { Array((encoded($0.name) + "=" + encoded($0.value.string ?? "")).utf8) }
        let again = try? FormReader.read(Array(pairs.joined(separator: Array("&".utf8))))
        claim("a form reads the same when it is encoded again", holds: again == members)
    }

    /// Names and values in turns, in another way.
    private static func plainly(_ body: [UInt8]) -> [[UInt8]] {
        body.split(separator: UInt8(ascii: "&")).flatMap { pair in
            let value = pair.firstIndex(of: UInt8(ascii: "=")).map { pair[$0...].dropFirst() } ?? []
            return [pair.prefix { $0 != UInt8(ascii: "=") }, value].map { text in
                let written = text.map { byte in
                    switch byte {
                    case UInt8(ascii: "+"): " "
                    case 0x80...: encoded([byte])
                    default: String(Character(Unicode.Scalar(byte)))
                    }
                }
                return Array((written.joined().removingPercentEncoding ?? "\0").utf8)
            }
        }
    }

    private static func encoded(_ text: String) -> String { encoded(Array(text.utf8)) }

    private static func encoded(_ text: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.map { "%\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
    }
}
