import Foundation
import Testing

@testable import Gateway

@Suite struct PasswordLineTests {
    @Test(arguments: [
        ("correct horse\n", "correct horse"), ("correct horse", "correct horse"), ("a\r\nb\n", "a"), (" ä \n", " ä "),
        ("\n", ""), ("", ""), ("a\u{0}b\n", "a\u{0}b"),
    ])
    func `a line is taken as it is`(_ input: String, _ line: String) throws {
        #expect(try read(Array(input.utf8)) == line)
    }

    @Test func `nothing behind the line is taken`() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("one\ntwo\n".utf8))
        let file = pipe.fileHandleForReading.fileDescriptor
        #expect(try PasswordLine.read(from: file) == "one")
        #expect(try PasswordLine.read(from: file) == "two")
    }

    @Test func `what would not be the password that was given is refused`() {
        #expect(refusal([0x61, 0xFF, 0x0A])?.message == "the password is not UTF-8")
        #expect(refusal([0xC3])?.message == "the password is not UTF-8")
        let long = [UInt8](repeating: 0x61, count: PasswordLine.limit + 1)
        #expect(refusal(long)?.message == "the password is longer than 40000 bytes")
        #expect(refusal(long.dropLast() + [0x0A]) == nil)
    }

    @Test func `an interrupt ends the verb as a shell counts it`() {
        let refusal = refusal([0x61, 0x03], interrupts: [0x03, 0x1C])
        #expect(refusal?.status == 130)
        #expect(refusal?.message == "")
    }

    private func refusal(_ bytes: [UInt8], interrupts: [UInt8] = []) -> Failure? {
        do {
            _ = try read(bytes, interrupts: interrupts)
            return nil
        } catch {
            return error as? Failure
        }
    }

    private func read(_ bytes: [UInt8], interrupts: [UInt8] = []) throws -> String {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
        try pipe.fileHandleForWriting.close()
        return try PasswordLine.read(from: pipe.fileHandleForReading.fileDescriptor, interrupts: interrupts)
    }
}
