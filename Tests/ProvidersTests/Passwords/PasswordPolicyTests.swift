import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct PasswordPolicyTests {
    @Test(arguments: ["argon2id", "bcrypt"])
    func `by default a password has 8 to 256 characters and is not a common one`(module: String) async throws {
        let policy = try await policy(["use": .scalar(module)])
        #expect(code(policy, "1234567") == "too_short")
        #expect(code(policy, "パスワードパス") == "too_short")
        #expect(code(policy, "パスワードパスワ") == nil)
        #expect(code(policy, String(repeating: "x", count: 256)) == nil)
        #expect(code(policy, String(repeating: "x", count: 257)) == "too_long")
        #expect(code(policy, "password1") == "too_common")
        #expect(code(policy, "PassWord1") == "too_common")
        #expect(code(policy, "password1 and more") == nil)
        #expect(code(policy, "JohnDoe.1990") == "too_personal")
        #expect(code(policy, "john@example.com") == "too_personal")
    }

    @Test func `the policy follows its settings`() async throws {
        let policy = try await policy(
            ["use": "bcrypt", "policy": ["min_length": 15, "max_length": "64", "blocklist": "none"]])
        #expect(code(policy, "fourteen chars") == "too_short")
        #expect(code(policy, "fifteen chars!!") == nil)
        #expect(code(policy, String(repeating: "x", count: 65)) == "too_long")
        #expect(code(try await self.policy(["use": "bcrypt", "policy": ["blocklist": "none"]]), "password1") == nil)
    }

    @Test(
        arguments: [
            (
                ["use": "argon2id", "memory": "1MiB"],
                "expected a size from 7MiB to 1GiB, such as 64KiB or 19MiB, found '1MiB'"
            ),
            (["use": "argon2id", "iterations": 0], "expected a whole number from 1 to 32, found '0'"),
            (["use": "argon2id", "cost": 12], "unknown key 'cost'"),
            (["use": "bcrypt", "cost": 9], "expected a whole number from 10 to 16, found '9'"),
            (["use": "bcrypt", "policy": ["min_length": 7]], "expected a whole number from 8 to 64, found '7'"),
            (["use": "bcrypt", "policy": ["max_length": 63]], "expected a whole number from 64 to 4096, found '63'"),
            (
                ["use": "bcrypt", "policy": ["blocklist": "build-in"]],
                "expected one of builtin, none, found 'build-in', did you mean 'builtin'?"
            ),
        ] as [(ConfigLiteral, String)])
    func `settings out of bounds are problems`(section: ConfigLiteral, message: String) async throws {
        let failure = await #expect(throws: BrokenSection.self) {
            try await Slot.passwords.product(of: section, among: .providers, with: .forTests())
        }
        #expect(failure?.problems.map(\.message) == [message])
    }

    @Test func `the built-in list holds what a policy would let pass, folded`() {
        #expect(CommonPasswords.all.count == 5000)
        for password in CommonPasswords.all {
            #expect(password.unicodeScalars.count >= 8 && password == password.lowercased())
        }
        #expect(!CommonPasswords.contains("correct horse battery staple"))
    }

    private func policy(_ section: ConfigLiteral) async throws -> PasswordPolicy {
        try await Slot.passwords.product(of: section, among: .providers, with: .forTests()).policy
    }

    private func code(_ policy: PasswordPolicy, _ password: String) -> String? {
        policy.refusal(
            of: Password(password), username: Username(stored: "johndoe.1990"),
            email: EmailAddress(stored: "john@example.com"))?.code
    }
}
