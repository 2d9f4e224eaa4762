import GatewayAccounts
import GatewayKit
import Testing

@Suite struct SettingsTests {
    @Test func `empty sections are the defaults`() throws {
        var reading = ConfigReading()
        let empty = ConfigNode(.map([]), at: .none)
        #expect(RegistrationSettings.settings.read(empty, in: &reading)?.isOpen == true)
        let login = try #require(LoginSettings.settings.read(empty, in: &reading))
        #expect(login.guesses.perAccount == RateLimit(count: 10, per: .seconds(900)))
        #expect(login.guesses.backOffUpTo == .seconds(3600))
        let links = LinkSettings.settings.read(empty, in: &reading)
        #expect(links?.reset == (try LinkTemplate("{public_url}/auth/reset-password/{token}")))
        #expect(reading.problems.isEmpty)
    }

    @Test func `a wait shorter than the window is refused`() {
        var reading = ConfigReading()
        let literal: ConfigLiteral = ["guesses": ["per_account": "10 per 15m", "back_off_up_to": "5m"]]
        #expect(LoginSettings.settings.read(literal.node(), in: &reading) == nil)
        #expect(
            reading.problems.map(\.message) == ["back_off_up_to must not be shorter than the time of per_account"])
    }

    @Test(arguments: [
        "10", "10 per", "0 per 1m", "10 per 500ms", "10 per 31d", "010 per 1m", "10  per 1m", "-1 per 1m",
    ])
    func `what is no allowance is refused`(text: String) {
        var reading = ConfigReading()
        #expect(Settings<RateLimit>.rateLimit.read(ConfigLiteral.scalar(text).node(), in: &reading) == nil)
        #expect(reading.problems.map(\.message) == ["expected an allowance such as 10 per 15m, found '\(text)'"])
    }

    @Test(arguments: [
        "https://app.example.com/reset?token={token}", "https://app.example.com/#/reset/{token}",
        "{public_url}/auth/reset-password/{token}", "http://localhost:3000/reset/{token}",
    ])
    func `a URL with a place for the token is a link`(text: String) throws { _ = try LinkTemplate(text) }

    @Test(arguments: [
        "https://app.example.com/reset", "https://app.example.com/{token}/{token}", "http://app.example.com/{token}",
        "https://{token}.example.com/", "https://app{token}/", "javascript:alert({token})", "/reset/{token}",
        "https://app.example.com/{user}/{token}", "{public_url}.evil.example/{token}", "https://a.example/a b{token}",
    ])
    func `what could lead a token astray is no link`(text: String) {
        #expect(throws: InputRefusal.self) { try LinkTemplate(text) }
    }
}
