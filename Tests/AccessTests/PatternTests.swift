import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccess

@Suite struct PatternTests {
    @Test(arguments: [
        ("/", ["/"], ["/a", "/a/"]), ("/a", ["/a"], ["/a/", "/ab", "/b", "/A", "/"]), ("/a/", ["/a/"], ["/a", "/a/b"]),
        ("/**", ["/", "/a", "/a/", "/a/b/c"], []),
        ("/a/**", ["/a", "/a/", "/a/b", "/a/b/c/"], ["/", "/ab", "/b/a", "/A/b"]),
        ("/a/*", ["/a/b", "/a/"], ["/a", "/a/b/c", "/a/b/"]), ("/*/b", ["/a/b", "/x/b"], ["/b", "/a/c/b"]),
        ("/**/b", ["/b", "/a/b", "/a/c/b"], ["/a", "/b/", "/ab"]),
        ("/a/**/b/*.css", ["/a/b/x.css", "/a/c/d/b/.css"], ["/a/b/c/x.css", "/a/x.css", "/a/b/x.css.map"]),
        ("/r-*-x", ["/r-1-x", "/r--x"], ["/r-x", "/r-1-y", "/r-1-x/"]),
        ("/a*b*c", ["/abc", "/axbbxc"], ["/acb", "/ab"]),
        ("/**/a/**/b", ["/a/b", "/x/a/y/z/b", "/a/a/b/b"], ["/b/a", "/a/b/c"]), ("/grün/*", ["/grün/x"], ["/grun/x"]),
    ]) func `a pattern means these paths, and no others`(text: String, paths: [String], others: [String]) throws {
        let pattern = try PathPattern(text)
        for path in paths { #expect(pattern.matches(Array(path.utf8)), "\(path)") }
        for path in others { #expect(!pattern.matches(Array(path.utf8)), "\(path)") }
        #expect("\(pattern)" == text)
    }

    @Test(arguments: [
        ("", "a path begins with a slash"), ("a", "a path begins with a slash"), ("*", "a path begins with a slash"),
        ("/a b", "a path has no spaces and controls"), ("/a//b", "repeated slashes are one to the rules"),
        ("/a/../b", "dot segments are resolved before the rules"), ("/.", "dot segments are resolved before the rules"),
        ("/a**", "** stands alone between slashes"), ("/a/***", "** stands alone between slashes"),
        ("/a%20", "a path is decoded before the rules see it, so write the character itself"),
        ("/a?b", "rules see no query"), ("/a#b", "a request has no fragment"),
        ("/a\\b", "a path with a backslash is refused before the rules"),
    ]) func `what is no pattern of a path is refused with what would be right`(text: String, reason: String) {
        let refusal = #expect(throws: PatternRefusal.self) { try PathPattern(text) }
        #expect(refusal?.reason == reason)
    }

    @Test(arguments: [
        ("example.com", ["example.com"], ["a.example.com", "example.co", "xexample.com"]),
        ("*.example.com", ["a.example.com", "a.b.example.com"], ["example.com", "xexample.com", "example.com.evil"]),
        ("EXAMPLE.com.", ["example.com"], []), ("[0::1]", ["[::1]"], []),
    ]) func `a host's pattern means these hosts, and no others`(text: String, hosts: [String], others: [String]) throws
    {
        let pattern = try HostPattern(text)
        for host in hosts { #expect(pattern.matches(host), "\(host)") }
        for host in others { #expect(!pattern.matches(host), "\(host)") }
    }

    @Test(arguments: ["", "*", "a.*", "a*.b", "*.*.b", "a:80", "https://a", "a/b", "bücher.example", "*."])
    func `what is no pattern of a host is refused`(text: String) {
        #expect(throws: PatternRefusal.self) { try HostPattern(text) }
    }

    /// Patterns and paths of few letters, so that many of them fit, against the plainest reading there is.
    @Test func `a matcher that never goes back far agrees with one that tries everything`() throws {
        var random = SeededGenerator(seed: 7)
        var matched = 0
        for _ in 0..<20_000 {
            let text = Self.text(of: ["a", "b", "*", "**", "a*", "*b*", "", "ab"], &random)
            guard let pattern = try? PathPattern(text) else { continue }
            let path = Self.text(of: ["a", "b", "ab", "ba", ""], &random)
            let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { Array($0) }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { Array($0) }
            let expected = Self.naive(parts[...], segments[...])
            #expect(pattern.matches(Array(path.utf8)) == expected, "\(text) \(path)")
            matched += expected ? 1 : 0
        }
        #expect(matched > 1000)
    }

    private static func text(of segments: [String], _ random: inout SeededGenerator) -> String {
        "/"
            + (0..<Int.random(in: 1...5, using: &random)).map { _ in segments.randomElement(using: &random) ?? "" }
            .joined(separator: "/")
    }

    private static func naive(_ parts: ArraySlice<[Character]>, _ segments: ArraySlice<[Character]>) -> Bool {
        guard let part = parts.first else { return segments.isEmpty }
        if part == ["*", "*"] {
            return naive(parts.dropFirst(), segments)
                || !segments.isEmpty && naive(parts, segments.dropFirst())
        }
        guard let segment = segments.first, fits(part[...], segment[...]) else { return false }
        return naive(parts.dropFirst(), segments.dropFirst())
    }

    private static func fits(_ part: ArraySlice<Character>, _ segment: ArraySlice<Character>) -> Bool {
        guard let first = part.first else { return segment.isEmpty }
        if first == "*" {
            return fits(part.dropFirst(), segment) || !segment.isEmpty && fits(part, segment.dropFirst())
        }
        return segment.first == first && fits(part.dropFirst(), segment.dropFirst())
    }
}
