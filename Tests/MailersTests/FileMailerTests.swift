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
            #expect(parsed.contentType == "text/plain; charset=\"utf-8\"")
            #expect(parsed.defects == [])
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

    @Test func `a draft left behind by a crash is in nobody's way`() async throws {
        try await withMailFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            #expect(FileManager.default.createFile(atPath: folder + "/.abc.eml.draft", contents: Data("half".utf8)))
            try await mailer(into: folder).send(mail(id: "abc"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["abc.eml"])
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
            try FileManager.default.createDirectory(atPath: folder + "/abc.eml/x", withIntermediateDirectories: true)
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
        FileMailer(folder: folder, from: try Mailbox(from))
    }

    private func mail(id: String, text: String = "text\n") throws -> Mail {
        try Mail(
            id: id, recipient: EmailAddress("john@example.com"), subject: "Subject", text: text,
            createdAt: Timestamp(seconds: 1_800_000_000))
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
