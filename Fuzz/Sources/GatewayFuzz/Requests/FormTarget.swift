import GatewayKit

@testable import GatewayHTTP

extension FuzzTarget {
    /// A body as a form: what is taken is clean text under names that stand once, and reads the same when it is encoded
    /// again.
    static let form = FuzzTarget("form") { body in
        guard let members = try? FormReader.read(body) else { return }
        let names = Set(members.map { Array($0.name.utf8) })
        claim("no name stands twice", holds: names.count == members.count)
        let texts = members.flatMap { [$0.name, $0.value.string ?? "\0"] }
        claim("a form holds texts without NUL", holds: texts.allSatisfy { !$0.utf8.contains(0) })
        let pairs = members.map { Array((encoded($0.name) + "=" + encoded($0.value.string ?? "")).utf8) }
        let again = try? FormReader.read(Array(pairs.joined(separator: Array("&".utf8))))
        claim("a form reads the same when it is encoded again", holds: again == members)
    }

    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { "%\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
    }
}
