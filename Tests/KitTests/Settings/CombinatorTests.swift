import GatewayKit
import Testing

@Suite struct CombinatorTests {
    private enum Who: Hashable {
        case anyone
        case nobody
        case seconds(Int)
        case groups([String])
    }

    private let who = Settings<Who>.either(
        Settings<String>.words(["anyone", "nobody"]).map { $0 == "anyone" ? .anyone : .nobody },
        Settings<Int>.integer(1...60).map { .seconds($0) },
        .object("Groups.", Field("groups", .list(of: .string), required: "The groups.")) { .groups($0) })

    @Test func `a form decides which of several settings is read`() {
        #expect(read(who, scalar("nobody")).value == .nobody)
        #expect(read(who, scalar("5")).value == .seconds(5))
        #expect(read(who, map(["groups": list(["a"])])).value == .groups(["a"]))
    }

    @Test func `a form that one of several settings has brings that one's own problems`() {
        #expect(
            read(who, map(["group": list(["a"])])).problems == ["unknown key 'group', did you mean 'groups'?"])
    }

    @Test func `a value that none of several settings takes is met by what all of them take`() {
        let expected = "expected one of anyone, nobody, or a whole number from 1 to 60, or a map of settings, found"
        #expect(read(who, scalar("61")).problems == ["\(expected) '61'"])
        #expect(read(who, list(["a"])).problems == ["\(expected) a list"])
    }

    @Test func `an interpolated value is named and never repeated`() {
        let value = scalar("canary", origin: .environment(name: "NAME"))
        let settings: [Settings<Int>] = [
            .integer(1...9), .bytes(1...9), Settings<Bool>.boolean.map { _ in 1 }, who.map { _ in 1 },
            Settings<Duration>.duration(.zero ... .seconds(1)).map { _ in 1 },
            Settings<IPNetwork>.network.map { _ in 1 },
            Settings<String>.words(["canary1"]).map { _ in 1 }, Settings<RateLimit>.rateLimit.map { _ in 1 },
            Settings<ListenAddress>.listenAddress.map { _ in 1 },
        ]
        for settings in settings {
            let problems = read(settings, value).problems
            #expect(problems.count == 1)
            #expect(problems.allSatisfy { $0.hasSuffix("found the value of ${env:NAME}") })
        }
    }

    @Test func `a refused secret is never repeated`() {
        let pin = Settings<Int>.parsed(ScalarShape(.string(pattern: nil), noun: "a pin", isSecret: true)) { Int($0) }
        #expect(read(pin, scalar("canary")).problems == ["expected a pin"])
    }

    @Test func `a URL's password is not repeated`() {
        let problems = read(.integer(1...9), scalar("postgres://u:canary@h/?password=canary&x=1")).problems
        #expect(
            problems == ["expected a whole number from 1 to 9, found 'postgres://u:<secret>@h/?password=<secret>&x=1'"])
    }

    @Test func `controls of a refused text are spelled out and its length is cut`() {
        #expect(read(.integer(1...9), scalar("a\u{1B}b")).problems.first?.hasSuffix("found 'a\\u{1b}b'") == true)
        let long = read(.integer(1...9), scalar(String(repeating: "x", count: 99))).problems.first
        #expect(long?.hasSuffix("'" + String(repeating: "x", count: 60) + "…'") == true)
    }

    @Test func `what stands behind the first word of an unknown key is left out`() {
        let problems = read(
            .object("O.", Field("a", .string, default: "", "A.")) { $0 }, map(["pass canary": scalar("")]))
        #expect(problems.problems.first == "unknown key 'pass …'")
    }

    @Test func `what was reported before fails without a second problem`() {
        let settings = Settings<String>.object("O.", Field("a", .string, required: "A.")) { $0 }
        let (value, problems) = read(settings, map(["a": ConfigNode(.broken, at: .none)]))
        #expect(value == nil)
        #expect(problems.isEmpty)
    }

    @Test func `capitals do not stand in the way of a suggestion`() {
        #expect(read(.words(["ES256", "EdDSA"]), scalar("es256")).problems.first?.hasSuffix("'ES256'?") == true)
        #expect(read(.words(["ES256", "EdDSA"]), scalar("ES257")).problems.first?.hasSuffix("'ES256'?") == true)
    }

    @Test func `paths lead through lists and maps`() {
        let rules = Settings<[Int]>.list(of: .object("R.", Field("by", .integer(1...9), required: "B.")) { $0 })
        let settings = Settings<Int>.object("O.", Field("all", .map(of: rules), required: "A.")) { $0.count }
        let item = map(["by": scalar("x")])
        let node = map(["all": map(["k": ConfigNode(.list([map(["by": scalar("1")]), item]), at: .none)])])
        var reading = ConfigReading()
        _ = settings.read(node, in: &reading)
        #expect(reading.problems.map(\.path) == ["all.k[1].by"])
    }

    private func read<Value>(_ settings: Settings<Value>, _ node: ConfigNode) -> (value: Value?, problems: [String]) {
        var reading = ConfigReading()
        let value = settings.read(node, in: &reading)
        return (value, reading.problems.map(\.message))
    }

    private func scalar(_ text: String, origin: ConfigScalar.Origin = .written) -> ConfigNode {
        ConfigNode(.scalar(ConfigScalar(text, origin: origin)), at: .none)
    }

    private func list(_ texts: [String]) -> ConfigNode { ConfigNode(.list(texts.map { scalar($0) }), at: .none) }

    private func map(_ pairs: KeyValuePairs<String, ConfigNode>) -> ConfigNode {
        ConfigNode(.map(pairs.map { ConfigEntry(key: $0.key, at: .none, value: $0.value) }), at: .none)
    }
}
