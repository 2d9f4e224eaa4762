import GatewayAccess
import Testing

@Suite struct CanonicalURLTests {
    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b.html?x=/../y", "/a/b.html"), ("/a?", "/a"), ("/?#", "/"),
        ("/%61dmin", "/admin"), ("/a%2Eb", "/a.b"), ("/a%3Fb", "/a?b"), ("/a%23b", "/a#b"), ("/a%25b", "/a%b"),
        ("/%2561dmin", "/%61dmin"), ("/a%20b", "/a b"), ("/%E2%82%AC", "/€"), ("/€", "/€"), ("/a+b", "/a+b"),
        ("//a", "/a"), ("/a//b", "/a/b"), ("/a///", "/a/"), ("//", "/"),
        ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a/b/..", "/a/"), ("/a/.", "/a/"), ("/.", "/"), ("/a/..", "/"),
        ("/a/%2e%2e/b", "/b"), ("/a/%2E/b", "/a/b"), ("/a/.%2e", "/"), ("/a/b/../../c", "/c"), ("/a/../", "/"),
        ("/...", "/..."), ("/a/..b", "/a/..b"), ("/.well-known/x", "/.well-known/x"), ("/a/b..", "/a/b.."),
        ("/~a/@b/c:d!$&'()*,=", "/~a/@b/c:d!$&'()*,="),
    ]) func `a path has one spelling`(target: String, path: String) throws {
        let url = try CanonicalURL(host: "a".utf8.span, target: target.utf8.span)
        #expect(String(decoding: url.path.bytes, as: UTF8.self) == path)
        #expect(url.path.withoutParameters == nil)
        // Once canonical, it stays so, unless decoding has made a percent sign or a mark of it.
        guard !path.contains(where: { "%?# €".contains($0) }) else { return }
        #expect(try CanonicalURL(host: "a".utf8.span, target: path.utf8.span) == url)
    }

    @Test(arguments: [
        ("", "a target that is no path"), ("a", "a target that is no path"), ("*", "a target that is no path"),
        ("http://a/b", "a target that is no path"), ("?a", "a target that is no path"),
        ("/a#b", "a path with a byte that no path has"), ("/a b", "a path with a byte that no path has"),
        ("/a\\b", "a path with a byte that no path has"), ("/a\u{0}", "a path with a byte that no path has"),
        ("/a\u{7f}", "a path with a byte that no path has"), ("/a\tb", "a path with a byte that no path has"),
        ("/a%", "a path with a percent sign that encodes nothing"),
        ("/a%4", "a path with a percent sign that encodes nothing"),
        ("/a%4g", "a path with a percent sign that encodes nothing"),
        ("/a%u0041", "a path with a percent sign that encodes nothing"),
        ("/a%2fb", "a path with an encoded slash"), ("/a%2Fb", "a path with an encoded slash"),
        ("/a%5cb", "a path with an encoded backslash"), ("/a%00", "a path with an encoded control"),
        ("/a%0a", "a path with an encoded control"), ("/a%7f", "a path with an encoded control"),
        ("/a%ff", "a path that is no UTF-8"), ("/%c0%af", "a path that is no UTF-8"),
        ("/%c0%ae%c0%ae/", "a path that is no UTF-8"), ("/%ed%a0%80", "a path that is no UTF-8"),
        ("/%e2%82/%ac", "a path that is no UTF-8"),
        ("/..", "a path that leads out of the root"), ("/../a", "a path that leads out of the root"),
        ("/a/../../b", "a path that leads out of the root"), ("/%2e%2e/a", "a path that leads out of the root"),
        ("/a//../b", "a path with an empty segment beside dot segments"),
        ("//a/./b", "a path with an empty segment beside dot segments"),
        ("/a/..//b", "a path with an empty segment beside dot segments"),
        ("/a/..;/b", "a path with a dot segment that has parameters"),
        ("/a/..;x=1/b", "a path with a dot segment that has parameters"),
        ("/a/..%3Bx/b", "a path with a dot segment that has parameters"),
        ("/a/.;/b", "a path with a dot segment that has parameters"),
        ("/a/%2e%2e;/b", "a path with a dot segment that has parameters"),
    ]) func `a path with more than one meaning, or none, is refused`(target: String, reason: String) {
        let refusal = #expect(throws: URLRefusal.self) {
            try CanonicalURL(host: "a".utf8.span, target: target.utf8.span)
        }
        #expect(refusal?.reason == reason)
    }

    @Test(arguments: [
        ("/a;b", "/a;b", "/a"), ("/a;b/c", "/a;b/c", "/a/c"), ("/a;b;c/d;e/", "/a;b;c/d;e/", "/a/d/"),
        ("/;x/a", "/;x/a", "/a"), ("/a/;x", "/a/;x", "/a"), ("/a;x/../b;y", "/b;y", "/b"), ("/;", "/;", "/"),
        ("/a%3Bb", "/a;b", "/a"), ("/a%3bb;c/d", "/a;b;c/d", "/a/d"),
    ]) func `a path with parameters is read with and without them`(target: String, path: String, bare: String) throws {
        let url = try CanonicalURL(host: "a".utf8.span, target: target.utf8.span)
        #expect(String(decoding: url.path.bytes, as: UTF8.self) == path)
        #expect(url.path.withoutParameters.map { String(decoding: $0, as: UTF8.self) } == bare)
    }

    @Test(arguments: [
        ("example.com", "example.com"), ("EXAMPLE.com", "example.com"), ("example.com:8443", "example.com"),
        ("example.com.", "example.com"), ("Example.Com.:443", "example.com"), ("a_b-c.d", "a_b-c.d"),
        ("127.0.0.1", "127.0.0.1"), ("[::1]", "[::1]"), ("[0:0::0:1]:80", "[::1]"), ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ]) func `a host has one spelling`(typed: String, host: String) throws {
        #expect(try CanonicalURL(host: typed.utf8.span, target: "/".utf8.span).host == host)
    }

    @Test(arguments: [
        "", ".", "..", "a..b", ".a", "a..", "a b", "a/b", "a?b", "user@a", "user:pw@a", "a:", "a:x", "a:0", "a:65536",
        "a:80:80", "a:080808", "[::1", "[a]", "[]", "::1", "[::1]x", "bücher.example", "a%2eb", "a\\b", "a,b", "a\u{0}",
        "[fe80::1%25eth0]", String(repeating: "a", count: 262),
    ]) func `what is no host is refused`(typed: String) {
        #expect(throws: URLRefusal.self) { try CanonicalURL(host: typed.utf8.span, target: "/".utf8.span) }
    }

    @Test(arguments: [
        ("https://example.com/a?b", "example.com"), ("HTTP://example.com:80/", "example.com"), ("wss://a/b", "a"),
        ("ws://[::1]:1/b", "[::1]"),
    ]) func `an absolute URL is taken apart`(url: String, host: String) throws {
        #expect(try CanonicalURL(absolute: url.utf8.span).host == host)
    }

    @Test(arguments: [
        "", "/a", "example.com/a", "//example.com/a", "ftp://a/b", "https:/a/b", "https:///b", "https://a",
        "https://a?b",
        "https://u@a/b", "https://a\\b/c", "javascript://a/b", "https ://a/b", "https://a,https://b/c", "http",
        "://a/b",
    ]) func `what is no absolute URL of the web is refused`(url: String) {
        #expect(throws: URLRefusal.self) { try CanonicalURL(absolute: url.utf8.span) }
    }
}
