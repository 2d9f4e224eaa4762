import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

@Suite struct FileMailerTests {
    @Test(arguments: MailerConformance.allCases)
    func `keeps a mailer's promises`(promise: MailerConformance) async throws {
        try await withMailFolder { folder in
            try await promise.verify {
                MailerUnderTest(try mailer(into: folder)) {
                    try await ParsedMail.all(in: folder).map(\.received)
                }
            }
        }
    }

    @Test func `a foreign parser reads every header`() async throws {
        try await withMailFolder { folder in
            try await mailer(into: folder, from: "Kölner Tor <no-reply@example.com>").send(mail(id: "abc"))
            let parsed = try #require(try await ParsedMail.all(in: folder).first)
            #expect(parsed.from == "Kölner Tor <no-reply@example.com>")
            #expect(parsed.date == "2027-01-15T08:00:00+00:00")
            #expect(parsed.messageID == "<abc@example.com>")
            #expect(parsed.html == "<!DOCTYPE html>\n<html><body>\n<p>text</p>\n</body></html>\n")
            #expect(parsed.contentTypes == ["multipart/alternative", "text/plain", "text/html"])
            #expect(parsed.defects == [])
        }
    }

    @Test(arguments: [
        "john@example.com", "o'brien+tag=x@example.com", "?=a=@example.com", "=?utf-8?q?victim?=@example.com",
        "x=?utf-8?q?victim?=@example.com", "=?utf-8?b?dmljdGlt?=@example.com", "j\u{fc}rgen@example.com",
        "j\u{75}\u{308}rgen@example.com",
    ])
    func `no address that can be had is read as another, or breaks its mail`(typed: String) async throws {
        guard let recipient = try? EmailAddress(typed) else { return }
        try await withMailFolder { folder in
            let mail = try Mail(
                id: "abc", recipient: recipient, subject: "Subject", text: "text\n", createdAt: Timestamp(seconds: 0))
            try await mailer(into: folder).send(mail)
            #expect(try await ParsedMail.all(in: folder).map(\.received) == [ReceivedMail(mail)])
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/abc.eml"))
            #expect(bytes.allSatisfy { $0 < 128 })
        }
    }

    @Test func `a link can be read in the file itself when the text is ASCII`() async throws {
        try await withMailFolder { folder in
            let link = "https://auth.example.com/auth/reset-password/" + String(repeating: "0123456789", count: 20)
            try await mailer(into: folder).send(mail(id: "abc", text: "Follow\n\n\(link)\n"))
            #expect(try String(contentsOfFile: folder + "/abc.eml", encoding: .utf8).contains("\r\n\(link)\r\n"))
        }
    }

    @Test func `files and folders are for their owner alone`() async throws {
        try await withMailFolder { folder in
            try await mailer(into: folder + "/deep/mail").send(mail(id: "abc"))
            #expect(try permissions(folder + "/deep") == 0o700)
            #expect(try permissions(folder + "/deep/mail") == 0o700)
            #expect(try permissions(folder + "/deep/mail/abc.eml") == 0o600)
        }
    }

    @Test(arguments: [0o720, 0o702, 0o775, 0o1777])
    func `a folder that group or others can write into is refused at the start`(mode: Int) async throws {
        try await withMailFolder { folder in
            try make(folder, mode: mode)
            await #expect { try await mailer(into: folder).prepare() } throws: { error in
                "\(error)" == "\(folder) can be written by group or others, run: chmod go-w \(folder)"
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            try await mailer(into: folder).prepare()
        }
    }

    @Test func `a draft left behind by a crash is gone after the next start, and in nobody's way before`() async throws
    {
        try await withMailFolder { folder in
            try make(folder)
            #expect(FileManager.default.createFile(atPath: folder + "/.abc.eml.draft", contents: Data("half".utf8)))
            let mailer = try self.mailer(into: folder)
            try await mailer.send(mail(id: "abc"))
            try await mailer.prepare()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["abc.eml"])
        }
    }

    @Test func `two processes that write one mail do not meet in its draft`() async throws {
        try await withMailFolder { folder in
            let mailers = try [mailer(into: folder), mailer(into: folder)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for mailer in mailers {
                    group.addTask { for _ in 0..<50 { try await mailer.send(mail(id: "abc")) } }
                }
                try await group.waitForAll()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["abc.eml"])
            #expect(try await ParsedMail.all(in: folder).map(\.received) == [ReceivedMail(mail(id: "abc"))])
        }
    }

    @Test func `a folder that cannot be used is a reason to try again`() async throws {
        try await withMailFolder { folder in
            #expect(FileManager.default.createFile(atPath: folder, contents: nil))
            await #expect { try await mailer(into: folder).send(mail(id: "abc")) } throws: { error in
                guard case MailerError.temporary(let cause) = error else { return false }
                return "\(cause)" == "cannot use \(folder): Not a directory"
            }
        }
    }

    @Test func `a mail that cannot take its place is tried again and leaves no draft`() async throws {
        try await withMailFolder { folder in
            // A folder has the file's name, and cannot be replaced by a file.
            try make(folder)
            try make(folder + "/abc.eml")
            try make(folder + "/abc.eml/x")
            await #expect { try await mailer(into: folder).send(mail(id: "abc")) } throws: { error in
                if case MailerError.temporary = error { true } else { false }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["abc.eml"])
        }
    }

    @Test(arguments: ["../abc", "a/b", ".", "", "a.b"])
    func `an id that is no file name is refused for good`(id: String) async throws {
        try await withMailFolder { folder in
            await #expect { try await mailer(into: folder).send(mail(id: id)) } throws: { error in
                if case MailerError.permanent = error { true } else { false }
            }
        }
    }

    private func mailer(into folder: String, from: String = "Auth Gateway <no-reply@localhost>") throws -> FileMailer {
        FileMailer(folder: folder, from: try Mailbox(from), random: SystemRandom())
    }

    private func mail(id: String, text: String = "text\n") throws -> Mail {
        try Mail(
            id: id, recipient: EmailAddress("john@example.com"), subject: "Subject", text: text,
            createdAt: Timestamp(seconds: 1_800_000_000))
    }

    private func make(_ folder: String, mode: Int = 0o700) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        // Whatever the umask of whoever runs the tests.
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder)
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

/// Runs a test with a path for its mails, at which nothing is yet, and removes what it leaves there.
func withMailFolder(_ test: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/mail-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await test(folder)
}
