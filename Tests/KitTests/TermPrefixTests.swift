import GatewayKit
import Testing

@Suite struct TermPrefixTests {
    @Test(arguments: [
        ("ab", ["ab", "aba", "ab~", "ab.c@example.com"], ["aa~", "a", "ac", "Ab", "b"]),
        ("AB", ["ab"], ["AB", "a"]), ("a~", ["a~", "a~~"], ["a}", "b"]), ("z", ["z", "zz"], ["y~", "{"]),
    ]) func `what begins with it stands between its ends, and nothing else does`(
        typed: String, inside: [String], outside: [String]
    ) throws {
        let prefix = try #require(TermPrefix(typed))
        for (texts, isInside) in [(inside, true), (outside, false)] {
            for text in texts {
                #expect(prefix.begins(text) == isInside, "\(text)")
                let isBetween =
                    !TermPrefix.isAscending(text, prefix.text) && TermPrefix.isAscending(text, prefix.below)
                #expect(isBetween == isInside, "\(text)")
            }
        }
    }

    @Test(arguments: ["", " ", "a b", "\u{0}", "a\u{7f}", "\u{e9}", "a\u{301}", "\u{212a}"])
    func `nothing begins with what no name and no address may hold`(typed: String) {
        #expect(TermPrefix(typed) == nil)
    }

    @Test func `a page goes on behind a text, and begins with the prefix where that stands before it`() throws {
        let prefix = try #require(TermPrefix("ab"))
        let first = prefix.first(behind: "ab.c")
        for (text, isBehind) in [("ab.c", false), ("ab-z", false), ("ab.c!", true), ("ab.d", true), ("ab~", true)] {
            #expect(TermPrefix.isAscending(text, first) == !isBehind, "\(text)")
        }
        #expect(prefix.first(behind: nil) == "ab" && prefix.first(behind: "aa") == "ab")
        #expect(!TermPrefix.isAscending(prefix.first(behind: "zz"), prefix.below), "nothing is left behind the range")
    }
}
