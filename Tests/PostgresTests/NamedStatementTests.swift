import Testing

@testable import GatewayPostgres

@Suite struct NamedStatementTests {
    @Test func `names become numbers by their first appearance, repeated ones the same`() {
        let statement = NamedStatement("SELECT :b, :a_1, :b || :A")
        #expect(statement.text == "SELECT $1, $2, $1 || $3")
        #expect(statement.names == ["b", "a_1", "A"])
    }

    @Test(arguments: [
        "SELECT ':a' || ':it''s'", "SELECT \":a\"", "SELECT 1 -- :a", "SELECT 1 /* :a */", "SELECT 1::text",
        "SELECT a[1: 2]",
        "SELECT ':a", "SELECT \":a", "/* :a", "SELECT 1 :", "", "SELECT 'ö:a'",
    ])
    func `what is quoted, commented or a cast is no name`(text: String) {
        let statement = NamedStatement(text)
        #expect(statement.text == text && statement.names == [])
    }

    @Test func `a name behind a comment or a cast is one`() {
        #expect(NamedStatement("-- :a\n:b/**/:c::text").text == "-- :a\n$1/**/$2::text")
    }
}
