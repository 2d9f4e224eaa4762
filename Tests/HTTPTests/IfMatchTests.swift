import GatewayHTTP
import HTTPTypes
import Testing

@Suite struct IfMatchTests {
    private func read(_ lines: String...) throws -> IfMatch? {
        var headers = HTTPFields()
        for line in lines { headers.append(HTTPField(name: .ifMatch, value: line)) }
        return try IfMatch(headers)
    }

    @Test func `any state is meant by a star, and those alone that are named by a list`() throws {
        #expect(try read() == nil)
        #expect(try read("*")?.includes("\"a\"") == true)
        let list = try read("\"a\" ,, \"b,c\"", "\"\"")
        for (tag, isMeant) in [("\"a\"", true), ("\"b,c\"", true), ("\"\"", true), ("\"b\"", false), ("a", false)] {
            #expect(list?.includes(tag) == isMeant, "\(tag)")
        }
    }

    @Test func `a weak tag matches nothing`() throws {
        #expect(try read("W/\"a\"")?.includes("\"a\"") == false)
    }

    @Test(arguments: ["", " ", ",", "a", "\"a", "a\"", "\"a\" \"b\"", "\"a b\"", "*, \"a\"", "w/\"a\"", "\"a\"x"])
    func `what is no list of tags is refused`(text: String) {
        #expect(throws: Problem.self) { try read(text) }
    }
}
