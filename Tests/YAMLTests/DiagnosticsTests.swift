import GatewayKit
import GatewayYAML
import Testing

@Suite struct DiagnosticsTests {
    @Test func `a problem is shown with its line and a caret under the key`() {
        let text = """
            mail:
              use: smtp
              hots: smtp.example.com
            """
        #expect(
            output(text) == """
                config.yaml:3:3: error: mail: unknown key 'hots', did you mean 'host'?
                    3 |   hots: smtp.example.com
                      |   ^~~~

                """)
    }

    @Test func `all problems are shown in the order of the file`() {
        let text = "name: []\nlogin: {back_off: 10m, guesses: x}\nserver:\n  debug: maybe\n  max_connections: 5\n"
        #expect(
            output(text) == """
                config.yaml:1:7: error: name: expected a text, found a list
                    1 | name: []
                      |       ^
                config.yaml:2:33: error: login.guesses: expected an allowance such as 10 per 15m, found 'x'
                    2 | login: {back_off: 10m, guesses: x}
                      |                                 ^
                config.yaml:4:10: error: server.debug: expected true or false, found 'maybe'
                    4 |   debug: maybe
                      |          ^~~~~
                config.yaml:5:3: warning: server: 'max_connections' is now called 'connections'
                    5 |   max_connections: 5
                      |   ^~~~~~~~~~~~~~~

                """)
    }

    @Test func `the caret stands right behind tabs, wide characters and marks`() {
        #expect(
            output("groups: {日本: [],\te\u{301}: [{}]}\n") == """
                config.yaml:1:23: error: groups.e\u{301}[0]: expected a text, found a map
                    1 | groups: {日本: [],\te\u{301}: [{}]}
                      |               \u{20}\u{20}\u{20}\u{20}\t    ^

                """)
    }

    @Test func `a problem behind the end of a line has its caret there`() {
        #expect(
            output("name:\n") == """
                config.yaml:1:6: error: name: expected a text, found nothing
                    1 | name:
                      |      ^

                """)
    }

    @Test func `a very long line is cut around the caret`() {
        let lines = output("name: [\(String(repeating: "x, ", count: 500))]\nlogin: {}\n").split(separator: "\n")
        #expect(lines[1].count < 180)
        #expect(lines[1].hasSuffix("…"))
        let far = output("groups: {\(filler)b: 5}\n").split(separator: "\n")
        let caret = far[2].firstIndex(of: "^").map { far[2].distance(from: far[2].startIndex, to: $0) }
        #expect(caret.map { Array(far[1])[$0] } == "5")
    }

    @Test func `controls of the file do not reach the terminal`() {
        #expect(!output("name: \"\u{1B}[31m\"\n").contains("\u{1B}"))
        #expect(!output("\"a\\e[31m\": x\n").contains("\u{1B}"))
    }

    @Test func `a problem without a place is shown without a line`() {
        let source = ConfigSource(file: "config.yaml", text: "")
        let problem = ConfigProblem(at: .none, path: "", "cannot be read")
        let shown = Diagnostics(source: source, names: SecretNames()).text(for: [problem])
        #expect(shown == "config.yaml: error: cannot be read\n")
    }

    private let filler = (0..<100).map { "g\($0): [], " }.joined()

    private func output(_ text: String) -> String {
        let document = YAMLReader(inputs: SampleSettings.inputs).read(text, file: "config.yaml")
        let problems = document.decode(SampleSettings.settings, registry: SampleSettings.registry).problems
        return Diagnostics(source: document.source, names: SecretNames()).text(for: problems)
    }
}
