import Foundation
import GatewayYAML
import Testing

@Suite struct MachineFileTests {
    private let path = NSTemporaryDirectory() + "gateway-\(UUID().uuidString)"

    @Test func `a file is read to its end, or to one byte behind the limit`() throws {
        defer { _ = unlink(path) }
        try Data("secret".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try MachineFile.contents(of: path, upTo: 6) == Array("secret".utf8))
        #expect(try MachineFile.contents(of: path, upTo: 4) == Array("secre".utf8))
        #expect(truncate(path, 1 << 40) == 0)  // A file with a hole costs no room, and would cost all memory.
        #expect(try MachineFile.contents(ofAny: path, upTo: 100_000).count == 100_001)
    }

    @Test func `what cannot be read says why`() throws {
        defer { _ = unlink(path) }
        #expect(reason { try MachineFile.contents(of: path, upTo: 5) } == "no such file")
        #expect(reason { try MachineFile.contents(of: "/", upTo: 5) } == "it is a folder")
        #expect(reason { try MachineFile.contents(ofAny: "/", upTo: 5) } == "it is a folder")
        #expect(reason { try MachineFile.contents(of: "/dev/null", upTo: 5) } == "it is no regular file")
        #expect(try MachineFile.contents(ofAny: "/dev/null", upTo: 5).isEmpty)
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0) == 0)
        let isRoot = geteuid() == 0  // Nothing is denied to root.
        #expect(reason { try MachineFile.contents(of: path, upTo: 5) } == (isRoot ? nil : "permission denied"))
    }

    @Test func `a pipe that nobody writes holds nothing up`() {
        defer { _ = unlink(path) }
        #expect(mkfifo(path, 0o600) == 0)
        #expect(reason { try MachineFile.contents(of: path, upTo: 5) } == "it is no regular file")
        #expect(reason { try MachineFile.contents(ofAny: path, upTo: 5, patience: 1) } == "nobody writes to it")
    }

    @Test(arguments: [5, 3])
    func `a pipe such as a shell's is read to its end or the limit`(limit: Int) throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("a: b".utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(try MachineFile.contents(ofAny: path, upTo: limit) == Array("a: b".utf8))
    }

    private func reason(_ body: () throws -> [UInt8]) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? UnreadableFile)?.reason
        }
    }
}
