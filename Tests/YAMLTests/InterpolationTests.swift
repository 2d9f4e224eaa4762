import Foundation
import GatewayKit
import GatewayYAML
import Synchronization
import Testing

@Suite struct InterpolationTests {
    @Test(arguments: [
        ("${env:HOST}", "smtp.example.com"),
        ("'${env:HOST}'", "smtp.example.com"),
        ("\"${env:HOST}\"", "smtp.example.com"),
        ("${env:NOPE:-other}", "other"),
        ("${env:EMPTY:-other}", "other"),
        ("${env:NOPE:-}", ""),
        ("${env:EMPTY}", ""),
        ("${env:HOST:-other}", "smtp.example.com"),
        ("${env:NOPE:-a:-b}", "a:-b"),
        ("tcp://${env:HOST}:${env:NOPE:-25}/", "tcp://smtp.example.com:25/"),
        ("${file:/run/password}", "canary-from-file"),
        ("${file:near}", "near"),
        ("$${env:HOST}", "${env:HOST}"),
        ("a$${b} ${env:HOST}", "a${b} smtp.example.com"),
        ("$HOST {token} $", "$HOST {token} $"),
        ("${env:ODD}", "${env:HOST}: [a, *b] # c"),
        ("${file:/crlf}", "x"),
        ("${file:/lines}", "x\n"),
    ])
    func `a value is filled in`(_ written: String, _ expected: String) {
        #expect(scalar("name: \(written)\n")?.text == expected)
    }

    @Test func `a value knows where it came from`() {
        #expect(scalar("name: ${env:HOST}")?.origin == .environment(name: "HOST"))
        #expect(scalar("name: x${file:/run/password}${env:HOST}")?.origin == .file(path: "/run/password"))
        #expect(scalar("name: ${env:NOPE:-default}")?.origin == .environment(name: "NOPE"))
        #expect(scalar("name: $${env:HOST}")?.origin == .written)
    }

    @Test func `what is filled in is never parsed again`() {
        #expect(scalar("name: ${env:NULL}")?.text == "null")
    }

    @Test func `a file is read once however often it is named`() {
        let reads = Counter()
        let inputs = ConfigInputs(environment: { _ in nil }) { (_, _) throws(ConfigInputs.FileRefusal) in
            reads.add()
            return Array("x".utf8)
        }
        _ = YAMLReader(inputs: inputs).read("a: ${file:/x}\nb: ${file:/x}\n", file: "")
        #expect(reads.count == 1)
    }

    @Test func `the machine's files are read up to the limit`() throws {
        let path = NSTemporaryDirectory() + "gateway-\(UUID().uuidString)"
        try Data("secret".utf8).write(to: URL(fileURLWithPath: path))
        defer { _ = unlink(path) }
        #expect(try ConfigInputs.systemFile(path, 6) == Array("secret".utf8))
        #expect(throws: ConfigInputs.FileRefusal.tooLong) { try ConfigInputs.systemFile(path, 5) }
        #expect(throws: ConfigInputs.FileRefusal.unreadable("no such file")) {
            try ConfigInputs.systemFile(path + "x", 5)
        }
        #expect(throws: ConfigInputs.FileRefusal.unreadable("it is a folder")) { try ConfigInputs.systemFile("/", 5) }
    }

    private func scalar(_ text: String) -> ConfigScalar? {
        let inputs = ConfigInputs(
            environment: [
                "HOST": "smtp.example.com", "EMPTY": "", "NULL": "null", "ODD": "${env:HOST}: [a, *b] # c",
            ],
            files: [
                "/run/password": "canary-from-file\n", "folder/near": "near", "/crlf": "x\r\n", "/lines": "x\n\n",
            ])
        let document = YAMLReader(inputs: inputs).read(text, file: "folder/config.yaml")
        guard case .scalar(let scalar) = document.root?.entry("name")?.value.content else { return nil }
        return scalar
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
