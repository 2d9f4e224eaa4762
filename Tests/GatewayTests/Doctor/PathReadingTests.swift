import Testing

@testable import Gateway

@Suite struct PathReadingTests {
    @Test(arguments: [
        "/page", "/page/", "/page/x", "/page?a", "//page", "/./page", "/x/../page", "/%70age", "/open/%2e%2e/page",
        "/open/..%2fpage", "/open/..;/page", "/open;/../page", "/page;a=b", "/page/..%2fopen", "/open\\..\\page",
        "/open%5c..%5cpage", "/page#", "http:/../page", "/Page", "/PAGE/x", "/page%00", "/page%00.css", "/page%20",
        "/page/%0a",
    ])
    func `an application could take it for the page`(target: String) {
        #expect(PathReading.could(target, mean: "/page"))
    }

    @Test(arguments: [
        "/", "/pages", "/open/page", "/open/%252e%252e/page", "/page/../open", "/%2570age", "/page%01x",
        "/%00page", "*", "", "%00",
    ])
    func `no application could`(target: String) { #expect(!PathReading.could(target, mean: "/page")) }

    @Test func `of the root not everything is a part, and a path that was typed encoded is meant decoded`() {
        #expect(PathReading.could("//", mean: "/"))
        #expect(!PathReading.could("/open", mean: "/"))
        #expect(PathReading.could("/a b", mean: "/a%20b"))
    }
}
