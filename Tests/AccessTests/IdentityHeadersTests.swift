import GatewayAccess
import GatewayKit
import Testing

@Suite struct IdentityHeadersTests {
    private func values(email: String?, groups: [String] = []) -> [String] {
        let claims = AccessClaims(
            accountID: AccountID("a1"), sessionID: SessionID("s1"), version: 1, issuedAt: Timestamp(seconds: 0),
            expiresAt: Timestamp(seconds: 1), tokenID: "t", username: "johndoe", email: email, groups: groups)
        return IdentityHeaders(claims).fields.map(\.value)
    }

    @Test func `all five fields are there, empty where there is nothing`() {
        let names = ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"]
        #expect(IdentityHeaders.nobody.fields.map(\.name) == names)
        #expect(IdentityHeaders.nobody.fields.allSatisfy { $0.value.isEmpty })
        #expect(values(email: nil) == ["johndoe", "a1", "", "johndoe", ""])
    }

    @Test func `groups are separated by commas`() {
        #expect(values(email: "j@example.com", groups: ["admins", "staff"])[4] == "admins,staff")
    }

    @Test func `what is not printable ASCII is percent-encoded, and no two addresses look alike`() {
        #expect(values(email: "jürgen@example.com")[2] == "j%C3%BCrgen@example.com")
        #expect(values(email: "j%C3%BCrgen@example.com")[2] == "j%25C3%25BCrgen@example.com")
        #expect(values(email: "a\r\nb@example.com")[2] == "a%0D%0Ab@example.com")
    }
}
