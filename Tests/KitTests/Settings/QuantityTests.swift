import GatewayKit
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [0, 1, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 129_600_000, .max / 1_000_000])
    func `a duration is read as what it is spelled as`(_ milliseconds: Int64) {
        let duration = Duration.milliseconds(milliseconds)
        #expect(parseDuration(spelled(duration)) == duration)
    }

    @Test func `what was read is spelled in the greatest unit that states it`() {
        let spellings = [
            "60s": "1m", "90s": "90s", "24h": "1d", "1000ms": "1s", "36h": "36h", "0d": "0s", "1ms": "1ms",
        ]
        for (typed, spelling) in spellings { #expect(parseDuration(typed).map(spelled) == spelling) }
    }

    @Test(arguments: [1, 1023, 1024, 65536, 19 << 20, 1 << 30, 3 << 30, 1_000_000])
    func `a size is read as what it is spelled as`(_ bytes: Int) {
        #expect(parseBytes(spelledBytes(bytes)) == bytes)
    }

    @Test(arguments: [
        "", "10", "s", "1.5h", "-1s", "+1s", "01s", "1 s", "1S", "1h30m", "9223372036854775807d",
        "99999999999999999999s",
        "１s",
    ])
    func `another spelling of a duration is refused`(_ text: String) {
        #expect(parseDuration(text) == nil)
    }

    @Test(arguments: ["", "1", "1KB", "1kib", "1.5MiB", "-1B", "9223372036854775807GiB"])
    func `another spelling of a size is refused`(_ text: String) {
        #expect(parseBytes(text) == nil)
    }

    @Test(arguments: [
        ("30 per 1m", RateLimit(count: 30, per: .seconds(60))),
        ("1 per 30d", RateLimit(count: 1, per: .seconds(2_592_000))),
        ("0 per 1m", nil), ("30 per 0s", nil), ("30 per m", nil), ("30/1m", nil), ("30  per 1m", nil),
        ("1 per 31d", nil),
        ("1000001 per 1m", nil),
    ])
    func `an allowance is so many in a period`(_ text: String, _ expected: RateLimit?) {
        #expect(read(.rateLimit, text).value == expected)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1:8080", true), ("[::1]:0", "[::1]:0", true),
        ("localhost:80", "localhost:80", true),
        ("0.0.0.0:80", "0.0.0.0:80", false), ("[::]:80", "[::]:80", false), ("auth.example.com:80", nil, false),
        ("unix:/run/x", "unix:/run/x", true), ("unix:", nil, false), ("127.0.0.1", nil, false), (":80", nil, false),
        ("::1:80", nil, false), ("[127.0.0.1]:80", nil, false), ("1.2.3:80", nil, false), ("h:65536", nil, false),
        ("h:080", nil, false), ("a b:80", nil, false), ("http://h:80", nil, false), ("AUTH:80", "AUTH:80", false),
    ])
    func `an address to listen on is a port or a socket`(_ text: String, _ expected: String?, _ isLocal: Bool) {
        let address = read(.listenAddress, text).value
        if text == "auth.example.com:80" {
            #expect(address == .tcp(host: "auth.example.com", port: 80))
        } else {
            #expect(address?.description == expected)
            #expect(address == nil || address?.isLocal == isLocal)
        }
    }

    @Test(arguments: [
        ("https://example.com", true), ("https://example.com/a?b=c", true), ("http://example.com", false),
        ("https://", false), ("example.com", false), ("https://exa mple.com", false), ("javascript:alert(1)", false),
    ])
    func `a URL has a scheme that is allowed, and a host`(_ text: String, _ isURL: Bool) {
        #expect((read(.url(["https"]), text).value == text) == isURL)
    }

    private func read<Value>(_ settings: Settings<Value>, _ text: String) -> (value: Value?, problems: [ConfigProblem])
    {
        var reading = ConfigReading()
        let value = settings.read(ConfigNode(.scalar(ConfigScalar(text)), at: .none), in: &reading)
        #expect((value == nil) == !reading.problems.isEmpty)
        return (value, reading.problems)
    }
}
