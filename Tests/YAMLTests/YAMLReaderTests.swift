import GatewayKit
import GatewayYAML
import GatewayTestKit
import Testing

@Suite struct YAMLReaderTests {
    private let reader = YAMLReader(inputs: SampleSettings.inputs)

    @Test(arguments: ["", "# nothing\n", "---\n", "~\n", "{}\n", "\u{FEFF}"])
    func `an empty file is an empty map`(_ text: String) {
        let document = reader.read(text, file: "config.yaml")
        #expect(document.root?.content == .map([]))
        #expect(document.problems.isEmpty)
    }

    @Test(arguments: ["010", "1:30", "0x10", "yes", "1_000", "1e3", "2001-01-01", ".inf", "=", "0660"])
    func `a scalar is read as the text that it is`(_ text: String) {
        #expect(scalar("name: \(text)")?.text == text)
    }

    @Test func `a quoted null is a text and a plain one is nothing`() {
        #expect(scalar("name: 'null'")?.text == "null")
        #expect(scalar("name: ''") == ConfigScalar("", isQuoted: true))
        for text in ["", "~", "null", "Null", "NULL"] {
            #expect(reader.read("name: \(text)\n", file: "").root?.entry("name")?.value.content == .empty)
        }
    }

    @Test func `blocks keep their newlines`() {
        #expect(scalar("name: |\n  a\n  b\n")?.text == "a\nb\n")
        #expect(scalar("name: >-\n  a\n  b\n")?.text == "a b")
    }

    @Test func `an alias repeats what it stands for`() {
        let root = reader.read("base: &base {a: [x]}\nname: *base\n", file: "").root
        #expect(root?.entry("name")?.value == root?.entry("base")?.value)
    }

    @Test func `keys and values know where they stand`() {
        let root = reader.read("ä: 1\nserver:\n  'ü ö': \"a b\"  # why\n", file: "f").root
        let entry = root?.entry("server")?.value.entry("ü ö")
        #expect(entry?.position == ConfigPosition(file: "f", line: 3, column: 3, length: 5))
        #expect(entry?.value.position == ConfigPosition(file: "f", line: 3, column: 10, length: 5))
    }

    @Test func `lines end as YAML ends them`() {
        let root = reader.read("a: 1\r\nb: 2\rc: 3\nd: 4\u{2028}e: 5\n", file: "").root
        #expect(["a", "b", "c", "d", "e"].compactMap { root?.entry($0)?.position.line } == [1, 2, 3, 4, 5])
    }

    @Test func `of keys that stand twice the first counts`() {
        let document = reader.read("name: x\nname: y\nname: z\n", file: "")
        #expect(document.root?.entry("name")?.value.content == .scalar(ConfigScalar("x")))
        #expect(
            document.problems.map(\.message) == Array(repeating: "key 'name' is already given at 1:1", count: 2))
    }

    @Test func `more duplicates than anyone reads are cut off`() {
        let problems = reader.read(String(repeating: "a: b\n", count: 200), file: "").problems
        #expect(problems.map(\.message) == ["key 'a' is given twice in this map"])
    }

    @Test func `a file that is too large is refused unread`() {
        let document = reader.read(String(repeating: "#", count: (1 << 20) + 1), file: "config.yaml")
        #expect(document.root == nil)
        #expect(document.problems.map(\.message) == ["the file is larger than 1MiB"])
        #expect(reader.read(String(repeating: "#", count: 1 << 20), file: "config.yaml").problems.isEmpty)
    }

    @Test(
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF], 1, 4, "this is not UTF-8"),
            ([0x0A, 0xC3, 0xA4, 0xC3, 0x28], 2, 2, "this is not UTF-8"),
            ([0xED, 0xA0, 0x80], 1, 1, "this is not UTF-8"),
            ([0x0D, 0x0A, 0x61, 0x00], 2, 2, "the character U+0000 is not allowed here"),
            ([0x1B], 1, 1, "the character U+001B is not allowed here"),
            ([0x61, 0xEF, 0xBB, 0xBF], 1, 2, "the character U+FEFF is not allowed here"),
        ] as [([UInt8], Int, Int, String)])
    func `bytes that are no text are refused where they stand`(
        _ bytes: [UInt8], _ line: Int, _ column: Int, _ message: String
    ) {
        let problem = reader.read(bytes, file: "").problems.first
        #expect(problem?.position.line == line && problem?.position.column == column)
        #expect(problem?.message == message)
    }

    @Test func `a newline behind bytes that are no text begins a line`() {
        let problems = reader.read([0x0D, 0xFF, 0x0A, 0xFF], file: "").problems
        #expect(problems.map { [$0.position.line, $0.position.column] } == [[2, 1], [3, 1]])
    }

    @Test func `no input makes the reader fail but by problems`() {
        var random = SeededGenerator(seed: 20)
        let alphabet = Array("abc: -[]{}'\"\n\n  \t#&*!|>%@?,~$/\\0u{env:}ü".utf8) + [0, 0xFF, 0xC3, 0x85, 0xE2]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? alphabet[Int.random(in: alphabet.indices, using: &random)] : UInt8(ascii: " ")
            }
            let document = reader.read(bytes, file: "config.yaml")
            let (value, problems) = document.decode(SampleSettings.settings, registry: SampleSettings.registry)
            #expect((value == nil) == problems.contains { $0.severity == .error })
            let shown = Diagnostics(source: document.source, names: SecretNames()).text(for: problems)
            #expect(shown.isEmpty == problems.isEmpty)
        }
    }

    private func scalar(_ text: String) -> ConfigScalar? {
        guard case .scalar(let scalar) = reader.read(text, file: "").root?.entry("name")?.value.content else {
            return nil
        }
        return scalar
    }
}
