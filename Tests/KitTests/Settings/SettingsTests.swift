import GatewayKit
import Testing

@Suite struct SettingsTests {
    struct Server: Sendable, Equatable {
        var host: String
        var port: Int
        var name: String?
    }

    static let server = Settings<Server>.object(
        "A server to talk to.",
        Field("host", .string, required: "The server's name."),
        Field("port", .integer(1...65535), default: 587, "The server's port."),
        Field("name", optional: .string, "Our own name.")
    ) { host, port, name in Server(host: host, port: port, name: name) }

    @Test func `a missing key takes its default`() {
        var reading = ConfigReading()
        let value = Self.server.read(map(["host": "mail.example.com"]), in: &reading)
        #expect(value == Server(host: "mail.example.com", port: 587, name: nil))
        #expect(reading.problems.isEmpty)
    }

    @Test func `every problem of an object is reported at once, and none twice`() {
        var reading = ConfigReading()
        let value = Self.server.read(map(["hots": "mail.example.com", "port": "70000"]), in: &reading)
        #expect(value == nil)
        #expect(
            reading.problems.map(\.message) == [
                "unknown key 'hots', did you mean 'host'?",
                "expected a whole number from 1 to 65535, found '70000'",
            ])
    }

    private func map(_ pairs: KeyValuePairs<String, String>) -> ConfigNode {
        ConfigNode(
            .map(
                pairs.map {
                    ConfigEntry(key: $0.key, at: .none, value: ConfigNode(.scalar(ConfigScalar($0.value)), at: .none))
                }),
            at: .none)
    }
}
