import GatewayKit
import GatewayYAML
import Testing

/// Work grows as the file does: were it to grow as the square of a line, these would run into the time limit.
@Suite(.timeLimit(.minutes(5))) struct LongLineTests {
    @Test func `a line of thousands of unknown keys is met by a hundred problems and a count`() {
        let line = "{" + (0..<6000).map { "pass\($0): canary" }.joined(separator: ", ") + "}"
        let shown = output(line)
        #expect(shown.filter { $0 == "\n" }.count == 301)
        #expect(shown.hasSuffix("\nand 2900 more problems\n") || shown.hasSuffix("\nand 5900 more problems\n"))
        #expect(!shown.contains("canary"))
    }

    @Test func `a line of thousands of broken items is too`() {
        let line = "groups: {a: [" + (0..<9000).map { _ in "{a: b}" }.joined(separator: ", ") + "]}"
        #expect(output(line).hasSuffix("more problems\n") || output(line).contains("more than 10000 values"))
        #expect(
            output("groups: {a: [\((0..<4000).map { _ in "{}" }.joined(separator: ", "))]}").hasSuffix(
                "\nand 3900 more problems\n"))
    }

    @Test func `a broken line of thousands of secrets is masked in one walk`() {
        let line = "{" + (0..<9000).map { "password\($0): canary" }.joined(separator: ", ")
        #expect(!output(line).contains("canary"))
        #expect(!output(String(repeating: "'\"", count: 50_000)).isEmpty)
        #expect(!output("a: " + String(repeating: "[", count: 100_000)).isEmpty)
    }

    private func output(_ text: String) -> String {
        let document = YAMLReader(inputs: ConfigInputs()).read(text + "\n", file: "config.yaml")
        let problems = document.decode(SampleSettings.settings, registry: SampleSettings.registry).problems
        let names = SecretNames(root: SampleSettings.root, registry: SampleSettings.registry)
        return Diagnostics(source: document.source, names: names).text(for: problems)
    }
}
