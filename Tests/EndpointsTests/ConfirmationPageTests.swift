import GatewayAccounts
import GatewayKit
import GatewayTestKit
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// The page that a link to confirm an address leads to: the one place where somebody whose address a stranger has used
/// sees whose account it is, since mails do not say it.
@Suite struct ConfirmationPageTests {
    let gateway: InMemoryGateway

    init() throws { gateway = try InMemoryGateway() }

    /// The path that the mail for a new account of that name leads to.
    private func link(_ name: String) async throws -> String {
        let json = #"{"username":"\#(name)","email":"victim@example.com","password":"correct horse"}"#
        #expect(try await gateway.send(.post, "/auth/register", json: json).status == .created)
        return try await mailed()
    }

    private func mailed() async throws -> String {
        "/auth/verify-email/\(try await gateway.mailedLinkToken(for: "verify-email"))"
    }

    private func page(_ path: String) async throws -> String {
        let answer = try await gateway.send(.get, path)
        #expect(answer.status == .ok && answer.headers[.cacheControl] == "no-store")
        #expect(answer.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
        return String(buffer: answer.body)
    }

    private func unknown() async throws -> String {
        try await page("/auth/verify-email/" + String(repeating: "A", count: 43))
    }

    @Test func `it names the account as long as the link works, and consumes nothing`() async throws {
        let path = try await link("mallory1")
        let page = try await page(path)
        #expect(
            page.contains(
                "<p>Confirm this address for the account &quot;mallory1&quot;, but only if it is yours and you have "
                    + "chosen its password yourself. If not, close this page.</p>"))
        #expect(page.contains("<form method=\"post\"><button>Confirm</button></form>"))
        #expect(try await self.page(path) == page)
        #expect(try await gateway.send(.post, path).status == .ok)
        let used = try await self.page(path)
        #expect(try await used == unknown())
        #expect(used.contains("<form method=\"post\"><button>Confirm</button></form>") && !used.contains("mallory"))
    }

    @Test func `it names nobody once the link has ended or the account is disabled`() async throws {
        let path = try await link("mallory1")
        let account = try #require(try await gateway.flows.administration.account(named: "mallory1"))
        _ = try await gateway.flows.administration.disable(account.id, by: .commandLine)
        #expect(try await page(path) == unknown())
        _ = try await gateway.flows.administration.enable(account.id, by: .commandLine)
        #expect(try await page(path).contains("mallory1"))
        gateway.time.advance(by: .seconds(24 * 3600))
        #expect(try await page(path) == unknown())
    }

    @Test func `it names the account that wants another address`() async throws {
        let token = try await gateway.logIn()
        let change = #"{"email":"victim@example.com","current_password":"correct horse"}"#
        #expect(try await gateway.send(.post, "/auth/change-email", token: token, json: change).status == .accepted)
        #expect(try await page(mailed()).contains("&quot;johndoe&quot;"))
    }

    @Test func `a browser is told by a page that the store is away, and the link works when it is back`() async throws {
        let path = try await link("mallory1")
        gateway.storage.setFault(.unavailable)
        let refused = try await gateway.send(.get, path, headers: [.accept: "text/html"], body: nil)
        #expect(refused.status == .serviceUnavailable)
        #expect(refused.headers[.contentType] == "text/html; charset=utf-8")
        #expect(String(buffer: refused.body).contains("<h1>That did not work</h1>"))
        let other = try await gateway.send(.get, path)
        #expect(other.status == .serviceUnavailable && other.headers[.contentType] == "application/problem+json")
        gateway.storage.setFault(nil)
        #expect(try await page(path).contains("mallory1"))
    }

    @Test func `a name of another system is text`() async throws {
        let path = try await link("mallory1")
        var account = try #require(try await gateway.flows.administration.account(named: "mallory1"))
        account.username = Username(stored: "<a href=\"x\">&")
        let renamed = account
        try await gateway.storage.write { records throws(StorageError) in _ = try records.accounts.update(renamed) }
        let page = try await page(path)
        #expect(page.contains("&quot;&lt;a href=&quot;x&quot;&gt;&amp;&quot;") && !page.contains("<a "))
    }
}
