import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import PigeonMailer

@Suite struct PigeonMailerTests {
    @Test(arguments: MailerConformance.allCases)
    func `keeps a mailer's promises`(promise: MailerConformance) async throws {
        try await withFolder { folder in
            try await promise.verify {
                MailerUnderTest(try await mailer(in: folder)) { try letters(in: folder) }
            }
        }
    }

    @Test func `a full loft is a reason to try again, but not for a letter that is there already`() async throws {
        try await withFolder { folder in
            let mailer = try await mailer(in: folder, ["use": "acme.pigeon", "perches": 1])
            try await mailer.send(mail("first"))
            await #expect {
                try await mailer.send(mail("second"))
            } throws: { error in
                guard case MailerError.temporary(let cause) = error else { return false }
                return "\(cause)" == "all 1 perches of the loft are taken"
            }
            try await mailer.send(mail("first"))
            #expect(try letters(in: folder).count == 1)
        }
    }

    @Test func `a letter that is too heavy is given up`() async throws {
        try await withFolder { folder in
            let mailer = try await mailer(in: folder, ["use": "acme.pigeon", "carries": "1KiB"])
            await #expect {
                try await mailer.send(mail("heavy", text: String(repeating: "x", count: 1024)))
            } throws: { error in
                guard case MailerError.permanent(let cause) = error else { return false }
                return "\(cause)".hasSuffix(" bytes, and a pigeon carries 1024")
            }
        }
    }

    @Test(arguments: ["../abc", "a/b", "", "a.b", "über"])
    func `an id that cannot name a file is given up`(id: String) async throws {
        try await withFolder { folder in
            let mailer = try await mailer(in: folder)
            await #expect {
                try await mailer.send(mail(id))
            } throws: { error in
                if case MailerError.permanent = error { true } else { false }
            }
        }
    }

    @Test func `letters are for the gateway's own user, and no draft stays`() async throws {
        try await withFolder { folder in
            try await mailer(in: folder).send(mail("abc"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/data/loft") == ["abc.json"])
            #expect(try permissions(of: folder + "/data/loft") == 0o700)
            #expect(try permissions(of: folder + "/data/loft/abc.json") == 0o600)
        }
    }

    @Test func `a loft that cannot be made ends the start`() async throws {
        try await withFolder { folder in
            #expect(FileManager.default.createFile(atPath: folder + "/taken", contents: nil))
            await #expect {
                try await mailer(in: folder, ["use": "acme.pigeon", "loft": "taken"])
            } throws: { error in
                "\(error)" == "cannot open \(folder)/taken: Not a directory"
            }
        }
    }

    /// Makes a mailer as the gateway does, from a section of a file that lies in a folder.
    private func mailer(in folder: String, _ section: ConfigLiteral = ["use": "acme.pigeon"]) async throws -> any Mailer
    {
        try await Slot.mail.product(of: section, among: .pigeon, with: .forTests(folder: folder))
    }

    /// What has arrived in the loft that the settings name when they name none.
    private func letters(in folder: String) throws -> [ReceivedMail] {
        let loft = folder + "/data/loft"
        return try FileManager.default.contentsOfDirectory(atPath: loft).map { name in
            try JSONDecoder().decode(ReceivedMail.self, from: Data(contentsOf: URL(fileURLWithPath: loft + "/" + name)))
        }
    }

    private func mail(_ id: String, text: String = "text\n") throws -> Mail {
        try Mail(
            id: id, recipient: EmailAddress("john@example.com"), subject: "Subject", text: text,
            createdAt: Timestamp(seconds: 1_800_000_000))
    }

    private func permissions(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

/// Runs a test with a folder of its own.
private func withFolder(_ test: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/pigeon-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await test(folder)
}
