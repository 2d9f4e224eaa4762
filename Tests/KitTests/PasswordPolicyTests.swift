import GatewayKit
import Testing

@Suite struct PasswordPolicyTests {
    private static let policy = PasswordPolicy(minimumLength: 8, maximumLength: 64) { $0 == "password1" }

    @Test(arguments: [
        "john.doe", "John.Doe", "ärger123@example.com", "Ärger123@example.com", "ÄRGER123@EXAMPLE.COM",
        "A\u{308}rger123@example.com",
    ])
    func `one's own name and address are refused in small and capital letters`(password: String) {
        let refusal = Self.policy.refusal(
            of: Password(password), username: Username(stored: "john.doe"),
            email: EmailAddress(stored: "Ärger123@example.com"))
        #expect(refusal?.code == "too_personal")
    }

    @Test func `somebody else's name is a password like any other`() {
        let refusal = Self.policy.refusal(
            of: Password("Jane.Doe"), username: Username(stored: "john.doe"),
            email: EmailAddress(stored: "john@example.com"))
        #expect(refusal == nil)
        #expect(Self.policy.refusal(of: Password("Jane.Doe"), username: nil, email: nil) == nil)
    }
}
